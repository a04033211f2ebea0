import AsyncHTTPClient
import CrewKit
import NIOCore
import NIOHTTP1
import Synchronization

/// Speaks Streamable HTTP to a server: one POST for each message, answered with JSON or a stream.
final class HTTPTransport: MCPTransport {
    private struct Session {
        var id: String?
        var era: MCPEra?
    }

    /// Bytes of one answer, and of one event of a stream.
    static let answerLimit = 16 << 20
    /// Messages that wait to be posted beside the requests.
    private static let queueLength = 256
    /// How long a message that needs no answer may take.
    private static let postTime: Duration = .seconds(5)
    /// How often a stream that broke is asked for again without anything new coming.
    static let resumptions = 5

    private static let handshake = "initialize"

    let hasHeaders = true
    let clock: any Clock<Duration>
    private let client: HTTPClient
    private let url: String
    private let headers: [String: String]
    let inbox: MCPInbox
    private let session = Mutex(Session())
    private let outbox: AsyncStream<JSONValue>
    private let posting: AsyncStream<JSONValue>.Continuation

    init(
        url: String, headers: [String: String], client: HTTPClient, inbox: MCPInbox,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.url = url
        self.headers = headers
        self.client = client
        self.inbox = inbox
        self.clock = clock
        (outbox, posting) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.queueLength))
    }

    /// Posts what needs no answer, and at the end gives the session back.
    func run() async -> String? {
        for await message in outbox {
            // Nobody waits for it, and the server will be missed by the next request.
            _ = try? await Deadline.within(Self.postTime, on: clock) { [self] in  // see above
                try await post(message.bytes, []).collectBeginning()
            }
        }
        guard session.withLock(\.id) != nil else { return nil }
        // The server forgets a session by itself, too.
        _ = try? await Deadline.within(Self.postTime, on: clock) { [self] in  // see above
            try await send(.DELETE, nil, []).collectBeginning()
        }
        return nil
    }

    func close() {
        posting.finish()
        inbox.close()
    }

    func notify(_ message: JSONValue, era: MCPEra) {
        // A server that takes nothing for that long will be missed by the next request.
        posting.yield(message)
    }

    func deliver(_ message: JSONValue, era: MCPEra) async throws {
        session.withLock { $0.era = era }
        let response = try await post(message.bytes, [])
        guard (200..<300).contains(response.status.code) else {
            throw try await refusal(in: response)
        }
        _ = try await response.collectBeginning()
    }

    // MARK: Requests

    func exchange(_ request: MCPRequest) async throws -> JSONValue {
        if let era = request.era { session.withLock { $0.era = era } }
        do {
            let response = try await post(
                request.message.bytes, Self.headers(of: request),
                isHandshake: request.method == Self.handshake)
            return try await answer(to: request, in: response)
        } catch _ where Task.isCancelled {
            giveUp(request)
            throw CancellationError()
        }
    }

    /// In the newer era a closed stream says it all; an older server is told.
    private func giveUp(_ request: MCPRequest) {
        guard let era = request.era, !era.isModern else { return }
        notify(
            JSONRPCMessage.notification(
                "notifications/cancelled",
                ["requestId": .integer(request.id), "reason": "The call was given up."]),
            era: era)
    }

    private func answer(
        to request: MCPRequest, in response: HTTPClientResponse
    ) async throws -> JSONValue {
        guard response.status == .ok else {
            throw try await refusal(in: response)
        }
        if request.method == Self.handshake {
            let id = response.headers.first(name: "mcp-session-id")
            session.withLock { $0 = Session(id: id, era: nil) }
        }
        let type = response.headers.first(name: "content-type")?.lowercased() ?? ""
        if type.hasPrefix("text/event-stream") {
            return try await streamedAnswer(to: request, in: response)
        }
        guard type.hasPrefix("application/json") else {
            throw MCPFailure.unreadable("answered with '\(type.prefix(100))' instead of JSON")
        }
        let body = try await response.collect(upTo: Self.answerLimit)
        let message = body.withUnsafeReadableBytes { bytes in
            JSONRPCMessage(bytes.bindMemory(to: UInt8.self))
        }
        guard let message, let result = try take(message, for: request) else {
            throw MCPFailure.unreadable("answered with something that is no answer")
        }
        return result
    }

    private func refusal(in response: HTTPClientResponse) async throws -> any Error {
        let status = Int(response.status.code)
        if status == 404, session.withLock(\.id) != nil { return MCPFailure.sessionExpired }
        let body = try await response.collectBeginning()
        let message = body.withUnsafeBufferPointer { JSONRPCMessage($0) }
        if case .error(_, var error) = message {
            error.status = status
            return error
        }
        let text = String(decoding: body.prefix(300), as: UTF8.self)
        return MCPFailure.status(status, text.split(separator: "\n").first.map(String.init) ?? "")
    }

    /// What a message means for a request: its result, or nothing yet.
    func take(_ message: JSONRPCMessage, for request: MCPRequest?) throws -> JSONValue? {
        switch message {
        case .result(let id, let value): return id == request?.id ? value : nil
        case .error(let id, let error):
            guard let request, id == nil || id == request.id else { return nil }
            throw error
        case .notification(let method, let params): inbox.take(method, params)
        case .request(let id, let method):
            posting.yield(JSONRPCMessage.answer(toRequest: id, method: method))
        }
        return nil
    }

    // MARK: HTTP

    private func post(
        _ body: [UInt8], _ more: [(String, String)], isHandshake: Bool = false
    ) async throws -> HTTPClientResponse {
        try await send(.POST, body, more, isHandshake: isHandshake)
    }

    /// - Parameter isHandshake: whether it says nothing of what the last handshake agreed on. That is
    ///   kept until the new one is done: requests of the meantime are told that it is worn out.
    func send(
        _ method: HTTPMethod, _ body: [UInt8]?, _ more: [(String, String)],
        isHandshake: Bool = false
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let session = isHandshake ? Session() : session.withLock { $0 }
        request.headers.replaceOrAdd(
            name: "accept",
            value: method == .GET ? "text/event-stream" : "application/json, text/event-stream")
        if let id = session.id { request.headers.replaceOrAdd(name: "mcp-session-id", value: id) }
        if let era = session.era {
            request.headers.replaceOrAdd(name: "mcp-protocol-version", value: era.version)
        }
        for (name, value) in more { request.headers.replaceOrAdd(name: name, value: value) }
        if let body {
            request.headers.replaceOrAdd(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            return try await client.execute(request, deadline: .distantFuture)
        } catch {
            throw TransportFault.failure(error)
        }
    }

    /// The headers that repeat what the body says, so that a proxy need not read it.
    private static func headers(of request: MCPRequest) -> [(String, String)] {
        let trace = ["traceparent", "tracestate"].compactMap { name in
            request.params["_meta"]?[name]?.string.map { (name, $0) }
        }
        guard let era = request.era, era.isModern else { return trace }
        var headers =
            trace + [("mcp-protocol-version", era.version), ("mcp-method", request.method)]
        if let name = request.params["name"]?.string {
            headers.append(("mcp-name", HeaderValue.encoded(name)))
        }
        return headers + request.mirroredHeaders.map { ($0.name, $0.value) }
    }

    var sessionID: String? { session.withLock(\.id) }
}
