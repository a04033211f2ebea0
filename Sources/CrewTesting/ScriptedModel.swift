public import CrewKit
import Synchronization

/// A model for tests that answers from a list, agent by agent, and remembers what it was asked.
///
/// A call that nobody wrote a reply for fails, and `unusedReplies` tells what was never asked for:
/// a test with the wrong idea of its crew does not pass.
public final class ScriptedModel: LanguageModel {
    /// One reply of an agent's model.
    public enum Reply: Sendable {
        /// Says this, word by word.
        case text(String)
        /// Answers exactly this; text and reasoning are passed on in one piece first.
        case reply(ModelReply)
        case failure(CrewError)
        /// Passes this text on and then answers nothing until the call is cancelled.
        case hang(after: String)
        /// Makes the reply from the request.
        case make(@Sendable (ModelRequest) async throws -> ModelReply)
    }

    private struct State {
        var replies: [AgentID: [Reply]]
        var requests: [ModelRequest] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    public let name = "scripted test model"
    private let state: Mutex<State>

    public init(_ replies: [AgentID: [Reply]]) {
        state = Mutex(State(replies: replies))
    }

    /// Every call so far, in the order of their beginning.
    public var requests: [ModelRequest] { state.withLock { $0.requests } }

    /// Replies that nobody asked for, by agent.
    public var unusedReplies: [AgentID: Int] {
        state.withLock { $0.replies.mapValues(\.count).filter { $0.value > 0 } }
    }

    /// Returns when at least that many calls have begun.
    public func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                guard state.requests.count < count else { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        try Task.checkCancellation()
        switch try next(for: request) {
        case .text(let text):
            for word in Self.words(of: text) { progress(.text(word)) }
            return ModelReply(text: text)
        case .reply(let reply):
            if !reply.reasoning.isEmpty { progress(.reasoning(reply.reasoning)) }
            if !reply.text.isEmpty { progress(.text(reply.text)) }
            return reply
        case .failure(let error): throw error
        case .hang(let text):
            if !text.isEmpty { progress(.text(text)) }
            try await Self.hang()
        case .make(let make): return try await make(request)
        }
    }

    private func next(for request: ModelRequest) throws -> Reply {
        let (reply, ready) = state.withLock { state in
            state.requests.append(request)
            let count = state.requests.count
            let ready = state.waiters.filter { $0.count <= count }.map(\.continuation)
            state.waiters.removeAll { $0.count <= count }
            guard let reply = state.replies[request.agent]?.first else {
                return (Reply?.none, ready)
            }
            state.replies[request.agent]?.removeFirst()
            return (reply, ready)
        }
        for waiter in ready { waiter.resume() }
        guard let reply else {
            throw CrewError(
                .modelUnavailable, "no reply is scripted for this call of agent '\(request.agent)'")
        }
        return reply
    }

    /// The text in pieces that end after each blank.
    static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for character in text {
            word.append(character)
            if character.isWhitespace {
                words.append(word)
                word = ""
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    private static func hang() async throws -> Never {
        let stream = AsyncStream<Never> { _ in }
        for await _ in stream {}
        throw CancellationError()
    }
}
