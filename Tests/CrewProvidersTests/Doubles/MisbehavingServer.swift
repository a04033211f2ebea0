import NIOCore
import NIOPosix
import Synchronization

/// An HTTP server on a free port of the loopback that answers with exactly the bytes of a script.
struct MisbehavingServer: Sendable {
    /// What it does once a request has arrived.
    enum Step: Sendable {
        case send(String)
        case bytes([UInt8])
        /// Never comes to the next step: the client has to leave.
        case hold
        /// Sends the same again and again until the client leaves.
        case endlessly(String)
        case close
    }

    enum Event: Sendable, Hashable {
        case request(String)
        /// A connection has ended, whoever ended it.
        case closed
    }

    let port: Int
    let events: AsyncStream<Event>

    var url: String { "http://127.0.0.1:\(port)/v1" }

    /// Runs `body` with a server that answers request number n with `script(n, request)`.
    static func run<Result: Sendable>(
        _ script: @escaping @Sendable (Int, String) -> [Step],
        _ body: (MisbehavingServer) async throws -> Result
    ) async throws -> Result {
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let counter = RequestCounter()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        RawConnection(script: script, counter: counter, events: continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = MisbehavingServer(
            port: channel.localAddress?.port ?? 0, events: events)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    /// Runs `body` with a server that answers every request alike.
    static func run<Result: Sendable>(
        _ steps: [Step], _ body: (MisbehavingServer) async throws -> Result
    ) async throws -> Result {
        try await run({ _, _ in steps }, body)
    }

    /// The next event that is a request.
    func nextRequest() async -> String {
        for await case .request(let text) in events { return text }
        return ""
    }

    /// Returns when a client has closed its connection.
    func connectionClosed() async {
        for await case .closed in events { return }
    }
}

extension MisbehavingServer.Step {
    /// A response head, chunked.
    static func head(_ status: String = "200 OK", type: String = "text/event-stream") -> Self {
        let lines = ["HTTP/1.1 \(status)", "content-type: \(type)", "transfer-encoding: chunked"]
        return .send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    }

    /// One chunk of a chunked body.
    static func chunk(_ text: String) -> Self { .chunk(bytes: Array(text.utf8)) }

    static func chunk(bytes: [UInt8]) -> Self {
        .bytes(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    static let end = Self.send("0\r\n\r\n")
}

extension [MisbehavingServer.Step] {
    /// A whole response that announces its length.
    static func response(
        _ status: String, _ body: String, type: String = "application/json"
    ) -> Self {
        let lines = [
            "HTTP/1.1 \(status)", "content-type: \(type)", "content-length: \(body.utf8.count)",
        ]
        return [.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)]
    }

    /// A well-behaved event stream.
    static func stream(_ events: String...) -> Self {
        [.head()] + events.map { .chunk("data: \($0)\n\n") } + [.end]
    }
}

/// Numbers the requests of all connections.
final class RequestCounter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
