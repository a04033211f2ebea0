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
        /// Its head comes.
        case head
        case body
    }

    private let limit: Duration
    private var state = State.idle
    private var deadline: Scheduled<Void>?

    init(limit: Duration) { self.limit = limit }

    /// Bytes of the first line of the head that came last, which holds the address.
    private(set) var lineBytes = 0
    private var isLineWhole = false

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
            state = .head
            (lineBytes, isLineWhole) = (0, false)
            schedule(context)
            measureLine(bytes)
        case .head: measureLine(bytes)
        case .body: break
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

    private func measureLine(_ bytes: ByteBuffer) {
        guard !isLineWhole else { return }
        let view = bytes.readableBytesView
        let end = view.firstIndex(of: UInt8(ascii: "\n"))
        isLineWhole = end != nil
        lineBytes += view.distance(from: view.startIndex, to: end ?? view.endIndex)
    }
}
