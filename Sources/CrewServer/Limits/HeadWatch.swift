import NIOCore

/// Sees the bytes of a connection before they are read as requests, and tells of a head that comes
/// too slowly.
///
/// Everything here happens on the connection's event loop.
final class HeadWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Comes up the pipeline when a head has had its time.
    struct TooSlow {}

    private enum State {
        /// No byte of a request has come since the last one.
        case idle
        /// Its head comes; `hasLine` once the first line of it was whole.
        case head(hasLine: Bool)
        case body
    }

    private let limit: Duration
    private var state = State.idle
    private var deadline: Scheduled<Void>?

    init(limit: Duration) { self.limit = limit }

    /// Whether the first line of the head that is coming was whole.
    var hasLine: Bool {
        if case .head(hasLine: false) = state { return false }
        return true
    }

    func noteHead() {
        deadline?.cancel()
        deadline = nil
        state = .body
    }

    func noteEnd() { state = .idle }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        switch state {
        case .idle:
            state = .head(hasLine: Self.endsLine(bytes))
            schedule(context)
        case .head(hasLine: false): state = .head(hasLine: Self.endsLine(bytes))
        case .head, .body: break
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    private func schedule(_ context: ChannelHandlerContext) {
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.value.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            context.value.fireUserInboundEventTriggered(TooSlow())
        }
    }

    private static func endsLine(_ bytes: ByteBuffer) -> Bool {
        bytes.readableBytesView.contains(UInt8(ascii: "\n"))
    }
}
