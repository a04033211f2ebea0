import CrewKit

/// Builds one reply from the chunks of a streamed chat completion.
///
/// It does no input or output, so every oddity of a server can be tried on it with a list of chunks.
struct ChatCompletionAssembler: Sendable {
    typealias Progress = (ModelProgress) -> Void

    private var text = ""
    private var reasoning = ""
    private var toolCalls = StreamedToolCalls()
    private var splitter = ThinkTagSplitter()
    private var keepsake = ChatMemo()
    private var hasRefused = false
    private var usage: Usage?
    private var cost: Double?
    private var model: String?
    /// The reason in the server's own words, once it gave one.
    private(set) var finishReason: String?
    /// Whether the server has answered at all.
    private(set) var hasChoice = false

    /// Whether the server has said that the reply is over.
    var isFinished: Bool { finishReason != nil }

    /// Takes a chunk of a stream, or a whole unstreamed completion.
    ///
    /// It throws what the chunk reports as an error.
    mutating func add(_ chunk: JSONValue, progress: Progress) throws(EndpointFailure) {
        guard let members = chunk.object else {
            throw EndpointFailure(reportedBy: chunk) ?? .nonsense
        }
        if let failure = EndpointFailure(reportedBy: chunk) { throw failure }
        if let reported = members["usage"]?.object { take(usage: reported) }
        if model == nil, let name = members["model"]?.string, !name.isEmpty { model = name }
        guard case .array(let choices) = members["choices"] else { return }
        for choice in choices where (choice["index"]?.integer ?? 0) == 0 {
            try add(choice: choice, progress)
        }
    }

    /// Takes a chunk that only says something, if it is one; false leaves it to `add`.
    ///
    /// Chunks are read in full until one has named the model.
    mutating func addSimple(
        _ chunk: UnsafeBufferPointer<UInt8>, progress: Progress
    ) -> Bool {
        guard model != nil, let piece = ChatChunkScanner.text(in: chunk) else { return false }
        hasChoice = true
        if !piece.isEmpty { say(piece, progress) }
        return true
    }

    private mutating func add(choice: JSONValue, _ progress: Progress) throws(EndpointFailure) {
        hasChoice = true
        // A whole completion is complete, even from a server that leaves out why it stopped.
        if choice["message"]?.object != nil { finishReason = "stop" }
        if let content = choice["delta"]?.object ?? choice["message"]?.object {
            add(content, progress)
        }
        if let reason = choice["finish_reason"]?.string, !reason.isEmpty {
            if reason == "error" { throw .unexplained }
            finishReason = reason
        }
    }

    private mutating func add(_ content: JSONObject, _ progress: Progress) {
        keepsake.take(content)
        if let piece = content["reasoning_content"]?.string ?? content["reasoning"]?.string {
            think(piece, progress)
        }
        if let piece = Self.text(of: content["content"]), !piece.isEmpty { say(piece, progress) }
        if let piece = content["refusal"]?.string, !piece.isEmpty {
            hasRefused = true
            say(piece, progress)
        }
        if let pieces = content["tool_calls"]?.array { toolCalls.add(pieces) }
    }

    /// Content is a string; a few servers send a list of parts.
    private static func text(of content: JSONValue?) -> String? {
        guard case .array(let parts) = content else { return content?.string }
        return parts.compactMap { $0["text"]?.string }.joined()
    }

    private mutating func think(_ piece: String, _ progress: Progress) {
        guard !piece.isEmpty else { return }
        reasoning += piece
        progress(.reasoning(piece))
    }

    private mutating func say(_ piece: String, _ progress: Progress) {
        if splitter.isSpeaking {
            text += piece
            progress(.text(piece))
        } else {
            pass(splitter.split(piece), progress)
        }
    }

    private mutating func pass(_ parts: [ThinkTagSplitter.Part], _ progress: Progress) {
        for part in parts {
            switch part {
            case .text(let piece):
                text += piece
                progress(.text(piece))
            case .reasoning(let piece): think(piece, progress)
            }
        }
    }

    /// The reply, passing on what was still held back.
    mutating func finish(
        idPrefix: String, names: WireToolNames, progress: Progress
    ) -> ModelReply {
        pass(splitter.finish(), progress)
        var reply = ModelReply(
            text: text, reasoning: reasoning,
            toolCalls: toolCalls.finished(idPrefix: idPrefix, names: names),
            finish: Self.finish(finishReason), usage: usage, model: model)
        // A refusal ends like any other reply.
        if hasRefused, reply.finish == .stop { reply.finish = .refusal }
        reply.cost = cost
        return reply
    }

    /// What the server wants to see again of the reply.
    func memo(model: String, replaysReasoning: Bool) -> ModelMemo? {
        keepsake.memo(model: model, calls: toolCalls.extras, replaysReasoning: replaysReasoning)
    }

    private static func finish(_ reason: String?) -> FinishReason {
        switch reason {
        case "function_call": .toolCalls
        case let reason?: FinishReason(rawValue: reason) ?? .other
        case nil: .other
        }
    }

    private mutating func take(usage members: JSONObject) {
        let prompt = members["prompt_tokens_details"]
        let reported = Usage(
            inputTokens: members["prompt_tokens"]?.integer,
            outputTokens: members["completion_tokens"]?.integer,
            cachedInputTokens: prompt?["cached_tokens"]?.integer
                ?? members["prompt_cache_hit_tokens"]?.integer,
            cacheWriteTokens: prompt?["cache_write_tokens"]?.integer,
            reasoningTokens: members["completion_tokens_details"]?["reasoning_tokens"]?.integer)
        if reported != Usage() { usage = reported }
        // OpenRouter bills what the model's own host asked for and says how much that was.
        if let dollars = members["cost"]?.double, dollars >= 0, dollars.isFinite { cost = dollars }
    }
}
