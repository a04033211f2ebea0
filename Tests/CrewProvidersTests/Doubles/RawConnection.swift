import NIOCore

/// One connection of the misbehaving server: collects a request, plays its steps.
final class RawConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    typealias Step = MisbehavingServer.Step

    private let script: @Sendable (Int, String) -> [Step]
    private let counter: RequestCounter
    private let events: AsyncStream<MisbehavingServer.Event>.Continuation
    private var received: [UInt8] = []

    init(
        script: @escaping @Sendable (Int, String) -> [Step], counter: RequestCounter,
        events: AsyncStream<MisbehavingServer.Event>.Continuation
    ) {
        self.script = script
        self.counter = counter
        self.events = events
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.append(contentsOf: unwrapInboundIn(data).readableBytesView)
        guard let request = takeRequest() else { return }
        events.yield(.request(request))
        play(script(counter.next(), request)[...], context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) { events.yield(.closed) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// The request, once its head and the body that it announces are here.
    private func takeRequest() -> String? {
        let text = String(decoding: received, as: UTF8.self)
        guard let gap = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = text[..<gap.lowerBound]
        let length =
            head.lowercased().split(separator: "\r\n")
            .first { $0.hasPrefix("content-length: ") }
            .flatMap { Int($0.dropFirst(16)) } ?? 0
        guard text[gap.upperBound...].utf8.count >= length else { return nil }
        received = []
        return text
    }

    private func play(_ steps: ArraySlice<Step>, _ channel: any Channel) {
        guard let step = steps.first else { return }
        switch step {
        case .hold: return
        case .close: channel.close(promise: nil)
        case .send(let text): send(Array(text.utf8), then: steps.dropFirst(), channel)
        case .bytes(let bytes): send(bytes, then: steps.dropFirst(), channel)
        case .endlessly(let text):
            // In large pieces, so that the client's pace soon is ours: a loop that is always ready
            // to write would leave the others on it little time.
            let piece = String(repeating: text, count: 1 + 65_536 / text.utf8.count)
            send(Array(piece.utf8), then: [.endlessly(piece)], channel)
        }
    }

    private func send(_ bytes: [UInt8], then rest: ArraySlice<Step>, _ channel: any Channel) {
        let written = channel.writeAndFlush(ByteBuffer(bytes: bytes))
        written.assumeIsolated().whenSuccess {
            // A write may be done at once: without a turn of the loop the steps would nest.
            channel.eventLoop.assumeIsolated().execute { self.play(rest, channel) }
        }
    }
}
