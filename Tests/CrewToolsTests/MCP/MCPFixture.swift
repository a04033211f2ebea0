import CrewKit
import CrewTesting
import FoundationEssentials
import Synchronization
import Testing

@testable import CrewTools

/// Real servers for tests: programs that were installed from the Python package index.
enum MCPFixture {
    /// How the test server is written and reached.
    enum Setup: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case modernStdio, legacyStdio, modernHTTP, legacyHTTP

        var testDescription: String { rawValue }
        var generation: String { rawValue.hasPrefix("modern") ? "modern" : "legacy" }
        var isHTTP: Bool { rawValue.hasSuffix("HTTP") }
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// A program of one of the two installations.
    static func program(_ name: String, of generation: String = "modern") throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let cache =
            environment["CREW_MCP_SERVERS"] ?? (environment["HOME"] ?? "")
            + "/.cache/swift-crew/mcp"
        let path = "\(cache)/\(generation)/bin/\(name)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "\(path) is missing. Run dev/mcp-servers once")
        }
        return path
    }

    static let script =
        URL(filePath: #filePath).deletingLastPathComponent().path
        + "/Fixtures/server.py"

    static func command(_ setup: Setup, _ more: [String]) throws -> CommandTemplate {
        CommandTemplate([try program("python", of: setup.generation), script] + more)
    }

    /// Runs a body with a folder of its own.
    static func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("crew-mcp-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder.path)
    }

    /// Servers start slowly where many tests run at the same time.
    static let patience = Duration.seconds(1_200)

    /// Runs a body with the test server connected. It notes things in the file it is given.
    static func withServer(
        _ setup: Setup, more: [String] = [], clock: any Clock<Duration> = ContinuousClock(),
        change: @escaping @Sendable (inout MCPServerDefinition) -> Void = { _ in },
        _ body: @escaping @Sendable (MCPServers, _ note: String) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let note = folder + "/note"
            let log = Log()
            if setup.isHTTP {
                try await withHTTPServer(setup, folder: folder, ["--note", note] + more) { url in
                    var definition = MCPServerDefinition(
                        name: "tests", transport: .http(url: url, headers: [:]))
                    definition.connectTimeout = patience
                    change(&definition)
                    try await withMCPServers(
                        [definition], toolTimeout: patience, clock: clock, log: log.add
                    ) {
                        #expect(log.sentences == [])
                        try await body($0, note)
                    }
                }
            } else {
                let command = try command(setup, ["stdio", "--note", note] + more)
                var definition = MCPServerDefinition(name: "tests", transport: .stdio(command))
                definition.connectTimeout = patience
                change(&definition)
                try await withMCPServers(
                    [definition], toolTimeout: patience, clock: clock, log: log.add
                ) {
                    #expect(log.sentences == [])
                    try await body($0, note)
                }
            }
        }
    }

    /// Runs a body beside a server that listens on a port of the loopback.
    static func withHTTPServer(
        _ setup: Setup, folder: String, _ more: [String] = [],
        _ body: @escaping @Sendable (_ url: String) async throws -> Void
    ) async throws {
        let port = folder + "/port"
        let process = StdioServerProcess(
            command: try command(setup, ["http", port] + more), grace: .milliseconds(20))
        let input: StdioServerProcess.Input = AsyncStream.makeStream()
        let ending = Latch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await process.run(input: input, ending: ending) { _ in } }
            group.addTask {
                defer { ending.open() }
                try await FileClock(path: port).waitForLine()
                let number = try String(contentsOfFile: port, encoding: .utf8).dropLast()
                try await body("http://127.0.0.1:\(number)/mcp")
            }
            try await group.waitForAll()
        }
    }
}

/// What people were told.
final class Log: Sendable {
    private let lines = Mutex<[String]>([])
    var sentences: [String] { lines.withLock { $0 } }
    func add(_ sentence: String) { lines.withLock { $0.append(sentence) } }
}

extension MCPServers {
    func tool(_ name: ToolName) throws -> any Tool {
        try #require(tools.first { $0.definition.name == name }, "no tool \(name)")
    }

    func call(
        _ name: ToolName, _ arguments: JSONObject = [:], artifacts: RunArtifacts? = nil,
        reports: ToolReports? = nil, trace: TraceContext? = nil
    ) async throws -> String {
        var call = ToolInvocation(
            call: "c1", arguments: arguments, idempotencyKey: "k", run: "r", agent: "a",
            artifacts: artifacts, reports: reports)
        call.trace = trace
        return try await tool(name).call(call)
    }

    func failure(_ name: ToolName, _ arguments: JSONObject = [:]) async throws -> ToolFailure {
        let failure = await #expect(throws: ToolFailure.self) {
            _ = try await call(name, arguments)
        }
        return try #require(failure)
    }

    /// Calls until the server is there again.
    func callOnceBack(_ name: ToolName, _ arguments: JSONObject) async throws -> String {
        while true {
            do {
                return try await call(name, arguments)
            } catch let failure as ToolFailure where failure.kind == .unavailable {
                await letOthersWork()
            }
        }
    }

    /// Returns when the first server is as described.
    func wait(for isSo: (MCPServerReport) -> Bool) async {
        while !isSo(reports[0]) { await letOthersWork() }
    }
}

/// Counts from several tasks.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
