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

    private let client: HTTPClient
    private let template: HTTPClient.Request
    private let endpoint: EndpointIdentity
    private let body: ChatRequestBody
    private let bounds: HTTPExchange.Bounds
    private let options: Options

    /// `address` is the base URL up to and without `/chat/completions`.
    init(
        provider: String, model: String, address: EndpointAddress, key: Secret?,
        options: Options, client: HTTPClient
    ) throws(CrewError) {
        name = "\(provider) \(model) at \(address.host)"
        endpoint = EndpointIdentity(host: address.host, model: model, key: key)
        body = ChatRequestBody(model: model, usesMaxCompletionTokens: address.isOpenAI)
        bounds = options.bounds
        self.options = options
        self.client = client
        template = try address.request(.POST, "/chat/completions", key: key)
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        try Task.checkCancellation()
        let names = WireToolNames(request)
        var httpRequest = template
        httpRequest.body = .byteBuffer(ByteBuffer(bytes: body.bytes(request, names: names)))
        let exchange = HTTPExchange(bounds: bounds)
        return try await withTaskCancellationHandler {
            exchange.start(httpRequest, on: client)
            do {
                var reader = ChatResponseReader(endpoint: endpoint)
                try await read(exchange, into: &reader, progress)
                let reply = try reader.finish(
                    // Unique in the conversation: each call sees more messages than the last.
                    idPrefix: "call_\(request.messages.count)", names: names, progress: progress)
                exchange.release()
                return reply
            } catch {
                exchange.abandon(error)
                throw error
            }
        } onCancel: {
            exchange.abandon(CancellationError())
        }
    }

    /// Reads until the reply is whole or the body ends.
    private func read(
        _ exchange: HTTPExchange, into reader: inout ChatResponseReader,
        _ progress: @Sendable (ModelProgress) -> Void
    ) async throws {
        do {
            var isChecked = false
            while !reader.isDone, let pieces = try await exchange.next() {
                if !isChecked, let head = exchange.head, head.status != .ok {
                    throw await failure(head, pieces, exchange)
                }
                isChecked = true
                for piece in pieces {
                    try piece.withUnsafeReadableBytes { bytes in
                        try reader.read(bytes.bindMemory(to: UInt8.self), progress: progress)
                    }
                }
            }
            if !isChecked, let head = exchange.head, head.status != .ok {
                throw await failure(head, [], exchange)
            }
        } catch let error as CrewError {
            throw error
        } catch {
            // A reply that is whole is not thrown away because its connection ended badly.
            guard reader.isComplete, !(error is CancellationError) else {
                throw transportError(error, exchange)
            }
        }
    }
}

// MARK: Failures

extension OpenAIChatModel {
    /// The most of an error's body that is read.
    private static let errorBodyBytes = 64 << 10

    private func failure(
        _ head: HTTPResponseHead, _ first: [ByteBuffer], _ exchange: HTTPExchange
    ) async -> any Error {
        var body = first.reduce(into: [UInt8]()) { $0.append(contentsOf: $1.readableBytesView) }
        do {
            while body.count < Self.errorBodyBytes, let pieces = try await exchange.next() {
                for piece in pieces { body.append(contentsOf: piece.readableBytesView) }
            }
        } catch {
            // The status says enough, whatever happened to the rest of the body.
            if error is CancellationError { return error }
        }
        return EndpointFailure(body: Array(body.prefix(Self.errorBodyBytes))).crewError(
            status: Int(head.status.code), from: endpoint,
            retryAfter: RetryAfter.duration(in: head.headers))
    }

    private func transportError(
        _ error: any Error, _ exchange: HTTPExchange
    ) -> any Error {
        if error is CancellationError { return error }
        if let failure = error as? HTTPExchange.Failure {
            return options.crewError(failure, host: endpoint.host)
        }
        return TransportFailure(
            host: endpoint.host, connect: options.connect, wasSent: exchange.wasSent
        ).crewError(error)
    }
}
