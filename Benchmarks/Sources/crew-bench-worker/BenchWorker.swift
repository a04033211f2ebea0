import CrewKit
import CrewProviders
import CrewServer
import Foundation
import Logging

/// Speaks the worker protocol of the benchmark harness: one command a line, one answer a line.
///
///     READY {}
///     run W1 conc=32 seconds=1.0 runs=0   ->  DONE {"runs":N,"errors":N,"wall_s":S,…}
///     instantiate n=1000                  ->  DONE {"us_each":U}
///     quit
@main
struct BenchWorker {
    static func main() async throws {
        let arguments = Arguments(CommandLine.arguments)
        let reference = ModelReference(
            provider: "openai", model: "bench", baseURL: arguments.baseURL, apiKey: Secret("test"))
        var endpoints = ModelEndpoints.Options()
        endpoints.connectionsPerEndpoint = 20_000
        try await withModelEndpoints(options: endpoints) { endpoints in
            let model = try endpoints.model(for: reference)
            if let workload = arguments.once {
                try await withCrew(workload, model) { _ = try await $0.run() }
            } else if let port = arguments.servePort {
                try await serve(model, port: port)
            } else {
                try await answerCommands(model)
            }
        }
    }

    private static func answerCommands(_ model: any LanguageModel) async throws {
        say("READY {}")
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "quit", nil: return
            case "run":
                let values = Arguments.values(in: words.dropFirst(2))
                let load = Load(
                    clients: Int(values["conc"] ?? "") ?? 1,
                    seconds: Double(values["seconds"] ?? "") ?? 0,
                    runs: Int(values["runs"] ?? "") ?? 0)
                try await withCrew(words[1], model) { crew in
                    say("DONE \(try await load.put(on: crew).json)")
                }
            case "instantiate":
                let count = Int(Arguments.values(in: words.dropFirst())["n"] ?? "") ?? 1_000
                say("DONE {\"us_each\":\(try Workload.microsecondsPerCrew(count))}")
            default: say("DONE {\"na\":true}")
            }
        }
    }

    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// The worker's command line.
struct Arguments {
    var baseURL: String
    var once: String?
    var servePort: Int?

    init(_ words: [String]) {
        baseURL = ProcessInfo.processInfo.environment["OPENAI_BASE_URL"] ?? ""
        for (flag, value) in zip(words, words.dropFirst()) {
            switch flag {
            case "--base-url": baseURL = value
            case "--once": once = value
            case "--serve": servePort = Int(value)
            default: break
            }
        }
    }

    /// `name=value` words.
    static func values(in words: some Sequence<String>) -> [String: String] {
        Dictionary(
            words.map { word in
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }, uniquingKeysWith: { $1 })
    }
}
