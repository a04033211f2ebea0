import CrewKit
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Answers on the wire what cannot be answered as a request: one that is no request, is too large, or
/// comes too slowly, and a connection too many.
///
/// The answer is a problem document like any other. After it the connection goes on reading for a
/// moment and throws away what it reads: closing it at once would reset it, and the client might
/// never see the answer. Everything here happens on the connection's event loop.
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case open
        /// The refusal was sent; nothing else is, and nothing is read.
        case refused
    }

    private let options: ServerOptions
    private let head: HeadWatch
    private let refusal: ServerCounts.Refusal?
    private var state = State.open
    /// Heads that were read whose answers have not begun.
    private var unanswered = 0
    private var isAnswering = false
    private var bodyDeadline: Scheduled<Void>?

    init(options: ServerOptions, head: HeadWatch, refusal: ServerCounts.Refusal?) {
        self.options = options
        self.head = head
        self.refusal = refusal
    }

    /// Over TLS a connection is there before its requests are read.
    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { refuseConnection(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        refuseConnection(context)
        context.fireChannelActive()
    }

    private func refuseConnection(_ context: ChannelHandlerContext) {
        guard refusal != nil else { return }
        refuse(CrewError(.tooManyConnections, "as many connections are open as may be"), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .open = state else { return }
        switch unwrapInboundIn(data) {
        case .head(let request):
            unanswered += 1
            head.noteHead(bodyOf: bodyLength(of: request))
            if request.headers.contains(name: "content-length")
                || request.headers.contains(name: "transfer-encoding")
            {
                startBody(context)
            }
        case .body(let bytes): head.noteBody(bytes.readableBytes)
        case .end:
            head.noteEnd()
            endBody()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .open = state else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.code >= 200:
            unanswered -= 1
            isAnswering = true
        case .head, .body: break
        case .end: isAnswering = false
        }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is HeadWatch.TooSlow else {
            return context.fireUserInboundEventTriggered(event)
        }
        options.counts.note(.slowHead)
        refuse(CrewError(.requestTimeout, "the head of the request took too long"), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What comes after a refusal is no request either.
        guard case .open = state else { return }
        guard let error = error as? HTTPParserError else {
            return context.fireErrorCaught(error)
        }
        // Whoever leaves in the middle of a request needs no answer.
        guard error != .invalidEOFState else { return context.fireErrorCaught(error) }
        options.counts.note(error == .headerOverflow ? .headSize : .malformed)
        refuse(problem(of: error), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        endBody()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { endBody() }

    /// Absent for one that comes in chunks.
    private func bodyLength(of request: HTTPRequestHead) -> Int? {
        guard !request.headers.contains(name: "transfer-encoding") else { return nil }
        return request.headers.first(name: "content-length").flatMap(Int.init) ?? 0
    }

    private func problem(of error: HTTPParserError) -> CrewError {
        guard error == .headerOverflow else {
            return CrewError(.invalidInput, "this is not a request of HTTP/1.1")
        }
        return head.lineBytes <= options.limits.maxHeaderFieldBytes
            ? CrewError(
                .headersTooLarge,
                "one header field may have \(options.limits.maxHeaderFieldBytes) bytes, all together "
                    + "\(options.limits.maxHeaderBytes)")
            : CrewError(
                .uriTooLong,
                "the address may have \(options.limits.maxHeaderFieldBytes) bytes")
    }
}

extension RequestWatch {
    private func startBody(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        bodyDeadline = context.eventLoop.scheduleTask(
            in: TimeAmount(options.connections.bodyTime)
        ) {
            let (watch, context) = bound.value
            watch.options.counts.note(.slowBody)
            watch.refuse(
                CrewError(.requestTimeout, "the body took too long"), context, instead: 1)
        }
    }

    private func endBody() {
        bodyDeadline?.cancel()
        bodyDeadline = nil
    }

    /// Answers, unless that would fall into another answer, and closes the connection in a while.
    ///
    /// - Parameter requests: how many requests were read that this answers.
    private func refuse(
        _ error: CrewError, _ context: ChannelHandlerContext, instead requests: Int = 0
    ) {
        guard case .open = state else { return }
        state = .refused
        head.noteRefusal()
        endBody()
        guard !isAnswering, unanswered == requests, context.channel.isActive else {
            return context.close(promise: nil)
        }
        let (status, fields, document) = ErrorResponse.parts(of: error)
        let body = context.channel.allocator.buffer(string: document.text)
        var headers = HTTPHeaders(fields.map { ($0.name.canonicalName, $0.value) })
        headers.add(name: "connection", value: "close")
        headers.add(name: "content-length", value: String(body.readableBytes))
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(
                statusCode: status.code, reasonPhrase: status.reasonPhrase), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(mode: .output, promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(options.connections.lingerTime)) {
            bound.value.close(promise: nil)
        }
    }
}

extension CrewError.Code {
    static let tooManyConnections = Self("too_many_connections")
    static let requestTimeout = Self("request_timeout")
    static let uriTooLong = Self("uri_too_long")
    static let headersTooLarge = Self("headers_too_large")
}
