import NIOCore
import NIOPosix

/// Sends bytes that need not be a request, and reads what comes until the other side has had enough.
struct RawClient {
    private let channel: any Channel
    private let pieces: AsyncStream<String>

    init(_ port: Int) async throws {
        let (pieces, piece) = AsyncStream<String>.makeStream()
        self.pieces = pieces
        channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Tap(piece: piece))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// No more is sent.
    func endSending() async throws { try await channel.close(mode: .output) }

    /// Everything that comes until the other side sends no more.
    func readAll() async -> String {
        var text = ""
        for await piece in pieces { text += piece }
        return text
    }

    /// Reads until this has come.
    func read(until mark: String) async -> String {
        var text = ""
        for await piece in pieces {
            text += piece
            if text.contains(mark) { break }
        }
        return text
    }

    func leave() async throws { try await channel.close() }

    private final class Tap: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let piece: AsyncStream<String>.Continuation

        init(piece: AsyncStream<String>.Continuation) { self.piece = piece }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            piece.yield(String(buffer: unwrapInboundIn(data)))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { piece.finish() }
        }

        func channelInactive(context: ChannelHandlerContext) { piece.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { piece.finish() }
    }
}
