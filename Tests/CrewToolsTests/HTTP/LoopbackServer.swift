import NIOCore
import NIOPosix
import Synchronization

/// An HTTP server on a free port of the loopback that answers each request with a text of a script.
final class LoopbackServer: Sendable {
    /// What becomes of a request.
    enum Answer: Sendable {
        /// Exactly these bytes.
        case raw(String)
        /// A beginning, then the same again and again until the client leaves.
        case endlessly(String, String)
        /// None: the client has to leave.
        case hold
        case close
    }

    /// What it answers to a request, which it gets whole.
    struct Script: Sendable {
        let answer: @Sendable (String) -> Answer
    }

    let port: Int
    private let channel: any Channel
    private let log: Log

    private init(channel: any Channel, log: Log) {
        self.channel = channel
        self.log = log
        port = channel.localAddress?.port ?? 0
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// All requests so far, whole.
    var requests: [String] { log.requests.withLock { $0 } }

    /// Returns when a client has closed a connection.
    func connectionClosed() async {
        for await _ in log.closed { return }
    }

    /// Returns when a request has arrived.
    func requestArrived() async {
        for await _ in log.arrived { return }
    }

    static func run<Result: Sendable>(
        _ script: Script, _ body: (LoopbackServer) async throws -> Result
    ) async throws -> Result {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Connection(script: script, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(LoopbackServer(channel: channel, log: log))
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    private final class Log: Sendable {
        let requests = Mutex<[String]>([])
        let closed: AsyncStream<Void>
        let close: AsyncStream<Void>.Continuation
        let arrived: AsyncStream<Void>
        let arrive: AsyncStream<Void>.Continuation

        init() {
            (closed, close) = AsyncStream.makeStream()
            (arrived, arrive) = AsyncStream.makeStream()
        }
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: Script
        private let log: Log
        private var received = ""

        init(script: Script, log: Log) {
            self.script = script
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard let gap = received.firstRange(of: "\r\n\r\n") else { return }
            let length =
                received[..<gap.lowerBound].lowercased().split(separator: "\r\n")
                .first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
            guard received[gap.upperBound...].utf8.count >= length else { return }
            let request = received
            received = ""
            log.requests.withLock { $0.append(request) }
            log.arrive.yield()
            switch script.answer(request) {
            case .raw(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .endlessly(let head, let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
                Self.flood(context.channel, text)
            case .hold: break
            case .close: context.close(promise: nil)
            }
        }

        private static func flood(_ channel: any Channel, _ text: String) {
            channel.writeAndFlush(ByteBuffer(string: text)).whenSuccess {
                channel.eventLoop.execute { flood(channel, text) }
            }
        }

        func channelInactive(context: ChannelHandlerContext) { log.close.yield() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

extension LoopbackServer.Answer {
    /// A whole response.
    static func response(
        _ status: String = "200 OK", _ body: String = "", headers: [String] = [],
        type: String? = "application/json"
    ) -> Self {
        let lines =
            ["HTTP/1.1 \(status)", "content-length: \(body.utf8.count)"] + headers
            + (type.map { ["content-type: \($0)"] } ?? [])
        return .raw(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
}
