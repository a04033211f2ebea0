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
        /// So many bytes of its body are still to come.
        case body(left: Int)
        /// Its body ends where it says so itself.
        case chunks
        /// What comes is read by nobody.
        case over
    }

    private let limit: Duration
    private var state = State.idle
    private var deadline: Scheduled<Void>?
    private var isLineEmpty = true
    private var hasContent = false

    init(limit: Duration) { self.limit = limit }

    /// Bytes of the first line of the head that came last, which holds the address.
    private(set) var lineBytes = 0
    private var isLineWhole = false

    /// - Parameter length: how long the body is; absent when it comes in chunks.
    func noteHead(bodyOf length: Int?) {
        deadline?.cancel()
        deadline = nil
        state = length.map { .body(left: $0) } ?? .chunks
    }

    func noteBody(_ bytes: Int) {
        if case .body(let left) = state { state = .body(left: left - bytes) }
    }

    func noteEnd() { state = .idle }

    func noteRefusal() {
        deadline?.cancel()
        deadline = nil
        state = .over
    }

    /// Hands on piece by piece, so that the end of one request and the beginning of the next one are
    /// never in the same piece: the decoder does not tell whether it has read on.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        while bytes.readableBytes > 0 {
            if case .idle = state { beginHead(bytes, context) }
            let piece = bytes.readSlice(length: nextPiece(of: bytes))
            guard let piece else { return }
            if case .head = state { measureLine(piece) }
            context.fireChannelRead(wrapInboundOut(piece))
        }
    }

    /// Empty lines between requests are none.
    private func beginHead(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let isEmpty = bytes.readableBytesView.allSatisfy {
            $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n")
        }
        guard !isEmpty else { return }
        state = .head
        (lineBytes, isLineWhole) = (0, false)
        (isLineEmpty, hasContent) = (true, false)
        schedule(context)
    }

    private func nextPiece(of bytes: ByteBuffer) -> Int {
        let all = bytes.readableBytes
        switch state {
        case .idle, .over: return all
        case .head: return emptyLine(in: bytes, isFirst: true) ?? all
        case .body(let left): return left > 0 ? min(left, all) : all
        // The last one, because chunks may hold many; what ends between is told by the decoder.
        case .chunks: return emptyLine(in: bytes, isFirst: false) ?? all
        }
    }

    /// The number of bytes up to the first or last empty line that comes after another one.
    private func emptyLine(in bytes: ByteBuffer, isFirst: Bool) -> Int? {
        var end: Int?
        for (index, byte) in bytes.readableBytesView.enumerated() {
            if byte == UInt8(ascii: "\n") {
                if isLineEmpty, hasContent {
                    end = index + 1
                    if isFirst { break }
                }
                isLineEmpty = true
            } else if byte != UInt8(ascii: "\r") {
                (isLineEmpty, hasContent) = (false, true)
            }
        }
        return end
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
