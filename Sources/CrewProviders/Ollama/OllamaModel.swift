import AsyncHTTPClient
public import CrewKit
import NIOCore
import NIOHTTP1

/// A model of Ollama over its own protocol, always streamed.
///
/// Only this protocol sets the size of the context, how long a model stays in memory, and whether it
/// thinks. `ModelEndpoints` makes it; nothing that failed is tried again here.
public struct OllamaModel: LanguageModel {
    public let name: String

    private let call: StreamedCall
    private let template: HTTPClient.Request
    private let endpoint: EndpointIdentity
    private let body: OllamaRequestBody

    /// `address` is the base URL up to and without `/api/chat`.
    init(
        provider: String, model: String, address: EndpointAddress, key: Secret?,
        options: ModelOptions, calls: StreamedCall.Options, client: HTTPClient
    ) throws(CrewError) {
        name = "\(provider) \(model) at \(address.host)"
        endpoint = EndpointIdentity(
            host: address.host, model: model, key: key, keyVariable: "api_key_env",
            answer: "a reply of Ollama")
        body = OllamaRequestBody(model: model, options: options, endpoint: address.authority)
        call = StreamedCall(client: client, host: address.host, options: calls)
        var template = try address.request(.POST, "/api/chat", key: key)
        for (name, value) in options.headers {
            template.headers.replaceOrAdd(name: name, value: value)
        }
        self.template = template
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        var httpRequest = template
        httpRequest.note(request.trace)
        httpRequest.body = .byteBuffer(ByteBuffer(bytes: body.bytes(request)))
        do {
            var reader = try await call.perform(
                httpRequest, OllamaResponseReader(endpoint: endpoint), progress: progress,
                refusal: refusal)
            var reply = reader.finish(
                // Unique in the conversation: each call sees more messages than the last.
                idPrefix: "call_\(request.messages.count)",
                remembers: body.options.replaysReasoning != false, progress: progress)
            reply.memo?.endpoint = body.endpoint
            return reply
        } catch let error as CrewError where error.code == .modelUnreachable {
            throw CrewError(
                error.code, error.message + ". Ollama is started with: ollama serve",
                cause: error.cause)
        }
    }

    private func refusal(_ head: HTTPResponseHead, _ body: [UInt8]) -> CrewError {
        OllamaRefusal(body: body).crewError(
            status: Int(head.status.code), from: endpoint, headers: head.headers)
    }
}
