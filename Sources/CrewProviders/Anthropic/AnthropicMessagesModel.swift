import AsyncHTTPClient
public import CrewKit
import NIOCore
import NIOHTTP1

/// A model behind Anthropic's messages API or a compatible one, always streamed.
///
/// `ModelEndpoints` makes it. Signed thoughts go back unchanged while the model calls tools; a reply
/// that the endpoint interrupts is gone on with. Nothing that failed is tried again here.
public struct AnthropicMessagesModel: LanguageModel {
    /// The version of the API that is spoken.
    private static let version = "2023-06-01"
    /// How often a reply that the endpoint interrupts is gone on with.
    private static let mostPauses = 8

    public let name: String

    private let call: StreamedCall
    private let template: HTTPClient.Request
    private let endpoint: EndpointIdentity
    private let body: AnthropicRequestBody

    /// `address` is the base URL up to and without `/messages`.
    init(
        provider: String, model: String, address: EndpointAddress, key: Secret?,
        options: ModelOptions, calls: StreamedCall.Options, client: HTTPClient
    ) throws(CrewError) {
        name = "\(provider) \(model) at \(address.host)"
        endpoint = EndpointIdentity(
            host: address.host, model: model, key: key, keyVariable: "ANTHROPIC_API_KEY",
            answer: "a message of the messages API")
        body = AnthropicRequestBody(
            model: model, options: options, endpoint: address.authority)
        call = StreamedCall(client: client, host: address.host, options: calls)
        var template = try address.request(.POST, "/messages", key: key)
        if let key = key?.revealed.trimmingBlanks, !key.isEmpty {
            template.headers.replaceOrAdd(name: "x-api-key", value: key)
            // Gateways and compatible servers look for the key in either place.
            if address.isAnthropic { template.headers.remove(name: "authorization") }
        }
        template.headers.replaceOrAdd(name: "anthropic-version", value: Self.version)
        for (name, value) in options.headers {
            template.headers.replaceOrAdd(name: name, value: value)
        }
        self.template = template
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let names = WireToolNames(request)
        var assembler = AnthropicMessageAssembler()
        for pauses in 0...Self.mostPauses {
            var httpRequest = template
            httpRequest.note(request.trace)
            let paused = assembler.blocks.map(\.value)
            httpRequest.body = .byteBuffer(
                ByteBuffer(bytes: body.bytes(request, names: names, after: paused)))
            let reader = AnthropicResponseReader(endpoint: endpoint, assembler: assembler)
            assembler = try await call.perform(
                httpRequest, reader, progress: progress, refusal: refusal
            ).assembler
            guard assembler.isPaused, pauses < Self.mostPauses else { break }
            assembler.goOn()
        }
        var reply = assembler.reply(
            // Unique in the conversation: each call sees more messages than the last.
            model: body.model, idPrefix: "call_\(request.messages.count)", names: names,
            progress: progress)
        reply.memo?.endpoint = body.endpoint
        return reply
    }

    private func refusal(_ head: HTTPResponseHead, _ body: [UInt8]) -> CrewError {
        AnthropicRefusal(body: body).crewError(
            status: Int(head.status.code), from: endpoint, headers: head.headers)
    }
}
