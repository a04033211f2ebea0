import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Subprocess
import SystemPackage

/// A `crew serve` that is killed without warning when its body ends, as power cuts and the kernel do.
struct MortalServer: Sendable {
    let address: String

    static func living<Result: Sendable>(
        _ folder: URL, store: URL, options: [String] = [],
        _ body: @Sendable (MortalServer) async throws -> Result
    ) async throws -> Result {
        let arguments =
            ["serve", folder.path, "--port", "0", "--scripted", "--store", "sqlite:\(store.path)"]
            + options
        let ended = try await Subprocess.run(
            .path(FilePath(Product.binary)), arguments: Arguments(arguments),
            environment: Product.environment(), input: .none, output: .sequence,
            error: .currentStandardError
        ) { execution in
            var text = ""
            for try await chunk in execution.standardOutput {
                text += chunk.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                guard let match = text.firstMatch(of: #/(http:\/\/\S+)\n/#) else { continue }
                let outcome = await Swift.Result {
                    try await body(MortalServer(address: String(match.1)))
                }
                try execution.send(signal: .kill)
                return outcome
            }
            return .failure(ServedCrew.NotServing(output: text))
        }
        return try ended.closureResult.get()
    }

    /// One event of a stream; pieces of messages have no id.
    struct Event: Sendable {
        var id: Int?
        var type = ""
        var data = ""
    }

    /// The run's events from there on, as a client that reconnects gets them.
    func events(
        of run: String, after id: Int, _ body: (Event) async throws -> Bool
    ) async throws {
        var request = HTTPClientRequest(url: "\(address)/v1/runs/\(run)/events")
        request.headers.add(name: "Accept", value: "text/event-stream")
        if id > 0 { request.headers.add(name: "Last-Event-ID", value: String(id)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        guard response.status == .ok else { return }
        var event = Event()
        var rest: [UInt8] = []
        for try await chunk in response.body {
            rest += chunk.readableBytesView
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest.removeFirst(end + 1)
                if line.isEmpty {
                    let goesOn = event.data.isEmpty ? true : try await body(event)
                    if !goesOn { return }
                    event = Event()
                } else if line.hasPrefix("id: ") {
                    event.id = Int(line.dropFirst(4))
                } else if line.hasPrefix("event: ") {
                    event.type = String(line.dropFirst(7))
                } else if line.hasPrefix("data: ") {
                    event.data = String(line.dropFirst(6))
                }
            }
        }
    }

    func post(
        _ path: String, _ body: [String: String] = [:], key: String? = nil
    ) async throws -> Run {
        var request = HTTPClientRequest(url: address + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        return try await run(request)
    }

    func run(_ id: String) async throws -> Run {
        try await run(HTTPClientRequest(url: "\(address)/v1/runs/\(id)"))
    }

    private func run(_ request: HTTPClientRequest) async throws -> Run {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 1 << 24)
        guard (200..<300).contains(response.status.code) else {
            throw Refused(status: response.status.code, text: String(buffer: body))
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Run.self, from: Data(buffer: body))
    }

    struct Refused: Error {
        let status: UInt
        let text: String
    }

    /// A run as `/v1` shows it.
    struct Run: Decodable, Sendable {
        let id: String
        let status: String
        let outcome: Outcome?
        let pause: Pause?
        let approvals: [Approval]
        let result: Result?

        struct Outcome: Decodable, Sendable { let name: String }
        struct Pause: Decodable, Sendable { let kind: String }
        struct Result: Decodable, Sendable { let text: String }
        struct Approval: Decodable, Sendable {
            let id: Int
            let reason: String
        }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous body returned or threw.
    init(catching body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
