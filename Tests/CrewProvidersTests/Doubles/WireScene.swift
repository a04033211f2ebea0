import CrewKit
import Foundation
import Synchronization

@testable import CrewProviders

/// A model of some wire, and a server that answers it with exactly the bytes of a test.
struct WireScene {
    typealias Step = MisbehavingServer.Step

    var reference: ModelReference
    var type: String
    var calls = OpenAIChatModel.Options()

    static func anthropic(_ change: (inout ModelReference) -> Void = { _ in }) -> WireScene {
        var reference = ModelReference(provider: "anthropic", model: "m", apiKey: Secret("key-1"))
        change(&reference)
        return WireScene(reference: reference, type: "text/event-stream")
    }

    static func ollama(_ change: (inout ModelReference) -> Void = { _ in }) -> WireScene {
        var reference = ModelReference(provider: "ollama", model: "m")
        change(&reference)
        return WireScene(reference: reference, type: "application/x-ndjson")
    }

    /// Stands in memos for the server, which has another port at every call.
    static let home = "home"

    static let request = ModelRequest(agent: "a", messages: [.user("hi")])

    /// What a call came to.
    struct Outcome {
        var reply = ModelReply()
        var pieces: [ModelProgress] = []
        var requests: [String] = []
    }

    /// Calls the model once, against a server that answers request n with `script(n)`.
    func call(
        _ request: ModelRequest = WireScene.request,
        script: @escaping @Sendable (Int) -> [Step]
    ) async throws -> Outcome {
        let pieces = Mutex<[ModelProgress]>([])
        let requests = Mutex<[String]>([])
        let answer = { @Sendable (number: Int, text: String) -> [Step] in
            requests.withLock { $0.append(text) }
            return script(number)
        }
        let reply = try await MisbehavingServer.run(answer) { server in
            var reference = reference
            let address = "127.0.0.1:\(server.port)"
            reference.baseURL = reference.baseURL ?? "http://\(address)"
            let request = Self.request(request, renaming: Self.home, to: address)
            let options = ModelEndpoints.Options(calls: calls)
            return try await withModelEndpoints(options: options) { [reference] endpoints in
                var reply = try await endpoints.model(for: reference).reply(to: request) { piece in
                    pieces.withLock { $0.append(piece) }
                }
                if reply.memo?.endpoint == address { reply.memo?.endpoint = Self.home }
                return reply
            }
        }
        return Outcome(
            reply: reply, pieces: pieces.withLock(\.self), requests: requests.withLock(\.self))
    }

    private static func request(
        _ request: ModelRequest, renaming old: String, to new: String
    ) -> ModelRequest {
        var request = request
        request.messages = request.messages.map { message in
            guard case .assistant(let text, let calls, var memo?) = message, memo.endpoint == old
            else { return message }
            memo.endpoint = new
            return .assistant(text: text, toolCalls: calls, memo: memo)
        }
        return request
    }

    func call(_ request: ModelRequest = WireScene.request, body: String) async throws -> Outcome {
        let steps = steps(body)
        return try await call(request) { _ in steps }
    }

    func call(steps: [Step]) async throws -> Outcome { try await call { _ in steps } }

    func failure(_ steps: [Step]) async -> CrewError? {
        do {
            _ = try await call { _ in steps }
            return nil
        } catch { return error as? CrewError }
    }

    func failure(body: String) async -> CrewError? { await failure(steps(body)) }

    func steps(_ body: String) -> [Step] { [.head(type: type), .chunk(body), .end] }

    /// The same body in chunks of one byte each.
    func bytewise(_ body: String) -> [Step] {
        [.head(type: type)] + body.utf8.map { .chunk(bytes: [$0]) } + [.end]
    }
}

extension WireScene.Outcome {
    /// The JSON of a request's body.
    func body(_ number: Int = 0) throws -> JSONValue {
        let text = requests[number]
        let start = text.firstRange(of: "\r\n\r\n")?.upperBound ?? text.endIndex
        return try JSONValue(parsing: String(text[start...]))
    }
}

/// Streams as vendors send them.
enum Fixture {
    static func text(_ name: String) throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(
            contentsOf: folder.appending(path: "Fixtures/\(name)"), encoding: .utf8)
    }
}
