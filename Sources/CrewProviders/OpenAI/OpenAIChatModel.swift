import AsyncHTTPClient
public import CrewKit
import NIOCore
import NIOHTTP1

/// A model behind an OpenAI-compatible chat completions endpoint, always streamed.
///
/// `ModelEndpoints` makes it. Every way an endpoint can fail gives a `CrewError` of its own code;
/// nothing is tried again here, `RetryingModel` does that.
public struct OpenAIChatModel: LanguageModel {
    public let name: String

    private let call: StreamedCall
    private let template: HTTPClient.Request
    private let endpoint: EndpointIdentity
    private let body: ChatRequestBody

    /// - Parameters:
    ///   - address: the base URL up to and without `/chat/completions`.
    ///   - style: what the server does differently; absent means what its host tells.
    init(
        provider: String, model: String, address: EndpointAddress, key: Secret?,
        style: EndpointStyle? = nil, options: ModelOptions = ModelOptions(), calls: Options,
        client: HTTPClient
    ) throws(CrewError) {
        let style = style ?? EndpointStyle(of: address)
        name = "\(provider) \(model) at \(address.host)"
        endpoint = EndpointIdentity(
            host: address.host, model: model, key: key, keyVariable: style.keyVariable)
        body = ChatRequestBody(
            model: model, style: style, options: options, endpoint: address.authority)
        call = StreamedCall(client: client, host: address.host, options: calls)
        template = try address.request(
            "/chat/completions", key: key, style: style, headers: options.headers)
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        try Task.checkCancellation()
        let names = WireToolNames(request)
        var httpRequest = template
        httpRequest.note(request.trace)
        httpRequest.body = .byteBuffer(ByteBuffer(bytes: body.bytes(request, names: names)))
        var reader = try await call.perform(
            httpRequest,
            ChatResponseReader(endpoint: endpoint, replaysReasoning: body.replaysReasoning),
            progress: progress, refusal: endpoint.refusal)
        var reply = reader.reply(
            // Unique in the conversation: each call sees more messages than the last.
            idPrefix: "call_\(request.messages.count)", names: names, progress: progress)
        reply.memo?.endpoint = body.endpoint
        return reply
    }
}

extension EndpointIdentity {
    /// The error for a response of OpenAI's wires whose status is no success.
    func refusal(_ head: HTTPResponseHead, _ body: [UInt8]) -> CrewError {
        EndpointFailure(body: body).crewError(
            status: Int(head.status.code), from: self,
            retryAfter: RetryAfter.duration(in: head.headers)
        ).heeding(head.headers)
    }
}

extension EndpointAddress {
    /// A request of OpenAI's wires, with the headers that a model's options add.
    func request(
        _ path: String, key: Secret?, style: EndpointStyle, headers: [String: String]
    ) throws(CrewError) -> HTTPClient.Request {
        var request = try request(.POST, path, key: key)
        if style == .azure, let key = key?.revealed.trimmingBlanks, !key.isEmpty {
            request.headers.remove(name: "authorization")
            request.headers.replaceOrAdd(name: "api-key", value: key)
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        return request
    }
}
