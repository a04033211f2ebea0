import AsyncHTTPClient
public import CrewKit
import NIOCore

/// A model behind OpenAI's responses endpoint or a compatible one, always streamed.
///
/// Nothing is kept by the endpoint: each call sends the whole conversation, and what the model thought
/// goes back, encrypted, with it. `ModelEndpoints` makes it; nothing that failed is tried again here.
public struct OpenAIResponsesModel: LanguageModel {
    public let name: String

    private let call: StreamedCall
    private let template: HTTPClient.Request
    private let endpoint: EndpointIdentity
    private let body: ResponsesRequestBody

    /// - Parameters:
    ///   - address: the base URL up to and without `/responses`.
    ///   - style: what the server does differently; absent means what its host tells.
    init(
        provider: String, model: String, address: EndpointAddress, key: Secret?,
        style: EndpointStyle? = nil, options: ModelOptions = ModelOptions(),
        calls: OpenAIChatModel.Options, client: HTTPClient
    ) throws(CrewError) {
        let style = style ?? EndpointStyle(of: address)
        name = "\(provider) \(model) at \(address.host)"
        endpoint = EndpointIdentity(
            host: address.host, model: model, key: key, keyVariable: style.keyVariable,
            answer: "a response of the responses API")
        body = ResponsesRequestBody(
            model: model, style: style, options: options, endpoint: address.authority)
        call = StreamedCall(client: client, host: address.host, options: calls)
        template = try address.request(
            "/responses", key: key, style: style, headers: options.headers)
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        try Task.checkCancellation()
        let names = WireToolNames(request)
        var httpRequest = template
        httpRequest.note(request.trace)
        httpRequest.body = .byteBuffer(ByteBuffer(bytes: body.bytes(request, names: names)))
        let interpreter = ResponsesInterpreter(
            endpoint: endpoint, replaysReasoning: body.options.replaysReasoning)
        var reader = try await call.perform(
            httpRequest, EventReplyReader(interpreter), progress: progress,
            refusal: endpoint.refusal)
        var reply = reader.reply(
            // Unique in the conversation: each call sees more messages than the last.
            idPrefix: "call_\(request.messages.count)", names: names, progress: progress)
        reply.memo?.endpoint = body.endpoint
        return reply
    }
}
