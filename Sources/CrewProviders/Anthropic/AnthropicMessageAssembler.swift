import CrewKit

/// Builds one reply from the events of a streamed message.
///
/// A reply that the endpoint interrupts and goes on with is one reply: `goOn()` begins the next
/// message of it. It does no input or output.
struct AnthropicMessageAssembler: Sendable {
    typealias Progress = (ModelProgress) -> Void

    /// Every block so far, over all messages of the reply.
    private(set) var blocks: [AnthropicBlock] = []
    /// Where the blocks of the message at hand are, by the endpoint's index.
    private var places: [Int: Int] = [:]
    private var counts = AnthropicUsage()
    /// What earlier messages of the reply spent.
    private var spent: Usage?
    private var isFirstMessage = true
    private var model: String?
    private var explanation = ""
    /// The reason in the server's own words, once it gave one.
    private(set) var stopReason: String?
    /// `message_stop` was read.
    private(set) var isStopped = false
    /// Whether the endpoint has answered at all.
    private(set) var hasBegun = false

    /// Whether everything that the message says has arrived.
    var isComplete: Bool { isStopped || stopReason != nil }

    var isPaused: Bool { stopReason == "pause_turn" }

    /// Takes the data of one event, or a whole message that was not streamed.
    ///
    /// Events and members that we do not know are passed over.
    mutating func add(_ event: JSONObject, progress: Progress) {
        switch event["type"]?.string {
        case "message_start": begin(event["message"]?.object ?? [:], progress)
        case "message":
            begin(event, progress)
            isStopped = true
        case "content_block_start":
            guard let block = event["content_block"]?.object else { return }
            open(block, at: event["index"]?.integer ?? places.count, progress)
        case "content_block_delta":
            guard let delta = event["delta"]?.object else { return }
            add(delta, at: event["index"]?.integer ?? max(0, places.count - 1), progress)
        case "message_delta":
            hasBegun = true
            counts.take(event["usage"], isFinal: true)
            if let delta = event["delta"]?.object { stop(delta) }
        case "message_stop":
            hasBegun = true
            isStopped = true
        default: break
        }
    }

    /// Begins the next message of a reply that was interrupted.
    mutating func goOn() {
        spent = isFirstMessage ? usage : sum(spent, usage)
        isFirstMessage = false
        counts = AnthropicUsage()
        places = [:]
        stopReason = nil
        isStopped = false
        hasBegun = false
    }

    private mutating func begin(_ message: JSONObject, _ progress: Progress) {
        hasBegun = true
        if let name = message["model"]?.string, !name.isEmpty, model == nil { model = name }
        counts.take(message["usage"], isFinal: message["type"] == "message" && hasContent(message))
        for (index, block) in (message["content"]?.array ?? []).enumerated() {
            if let members = block.object { open(members, at: index, progress) }
        }
        stop(message)
    }

    private func hasContent(_ message: JSONObject) -> Bool {
        message["stop_reason"]?.string != nil || message["content"]?.array?.isEmpty == false
    }

    private mutating func stop(_ members: JSONObject) {
        if let reason = members["stop_reason"]?.string, !reason.isEmpty { stopReason = reason }
        if let text = members["stop_details"]?["explanation"]?.string { explanation = text }
    }

    private mutating func open(_ members: JSONObject, at index: Int, _ progress: Progress) {
        hasBegun = true
        let block = AnthropicBlock(members)
        places[index] = blocks.count
        blocks.append(block)
        if !block.text.isEmpty { report(block.text, of: block.type, progress) }
    }

    private mutating func add(_ delta: JSONObject, at index: Int, _ progress: Progress) {
        if places[index] == nil {
            guard let type = Self.blockType(of: delta) else { return }
            open(["type": .string(type)], at: index, progress)
        }
        guard let place = places[index] else { return }
        blocks[place].add(delta)
        guard let piece = delta["text"]?.string ?? delta["thinking"]?.string, !piece.isEmpty else {
            return
        }
        report(piece, of: blocks[place].type, progress)
    }

    /// The block that a delta belongs to, for endpoints that forget to open it.
    private static func blockType(of delta: JSONObject) -> String? {
        switch delta["type"]?.string {
        case "text_delta": "text"
        case "thinking_delta": "thinking"
        default: nil
        }
    }

    private func report(_ piece: String, of type: String, _ progress: Progress) {
        switch type {
        case "text": progress(.text(piece))
        case "thinking": progress(.reasoning(piece))
        default: break
        }
    }

    // MARK: The reply

    /// The reply; `idPrefix` names the calls that came without an id.
    func reply(
        model name: String, idPrefix: String, names: WireToolNames, progress: Progress
    ) -> ModelReply {
        var text = text(of: "text")
        // A refusal says nothing itself; why it was made is what people want to read.
        if stopReason == "refusal", text.isEmpty, !explanation.isEmpty {
            text = explanation
            progress(.text(text))
        }
        let calls = blocks.filter { $0.type == "tool_use" && !$0.name.isEmpty }
        return ModelReply(
            text: text, reasoning: self.text(of: "thinking"),
            toolCalls: calls.enumerated().map { number, block in
                ToolCall(
                    id: ToolCallID(block.id.isEmpty ? "\(idPrefix)_\(number)" : block.id),
                    name: names.original(of: block.name), arguments: block.input)
            },
            finish: finish(hasCalls: !calls.isEmpty),
            usage: isFirstMessage ? usage : sum(spent, usage), model: model,
            memo: AnthropicMemo.memo(of: blocks, model: name))
    }

    private func text(of type: String) -> String {
        blocks.filter { $0.type == type }.map(\.text).joined()
    }

    private func finish(hasCalls: Bool) -> FinishReason {
        switch stopReason {
        case "end_turn", "stop_sequence": .stop
        case "max_tokens", "model_context_window_exceeded": .length
        case "tool_use": .toolCalls
        case "refusal": .refusal
        case nil where hasCalls: .toolCalls
        default: .other
        }
    }

    private var usage: Usage? { counts.usage }

    /// A part that one message does not tell is unknown of both.
    private func sum(_ left: Usage?, _ right: Usage?) -> Usage? {
        guard var left, var right else {
            var known = left ?? right
            known?.isComplete = false
            return known
        }
        if left.inputTokens == nil || left.outputTokens == nil { left.isComplete = false }
        if right.inputTokens == nil || right.outputTokens == nil { right.isComplete = false }
        return left + right
    }
}

/// The counts of one message, which the endpoint repeats as they grow.
struct AnthropicUsage: Sendable {
    private var input: Int?
    private var cacheRead: Int?
    private var cacheWrite: Int?
    private var output: Int?
    private var thinking: Int?

    /// - Parameter isFinal: false for the counts that a stream begins with: what they say of the
    ///   output holds only for its first token.
    mutating func take(_ value: JSONValue?, isFinal: Bool) {
        guard let members = value?.object else { return }
        input = larger(input, members["input_tokens"])
        cacheRead = larger(cacheRead, members["cache_read_input_tokens"])
        cacheWrite = larger(cacheWrite, members["cache_creation_input_tokens"])
        guard isFinal else { return }
        output = larger(output, members["output_tokens"])
        thinking = larger(thinking, members["output_tokens_details"]?["thinking_tokens"])
    }

    /// Counts only grow; some servers begin or end with a zero that means nothing.
    private func larger(_ old: Int?, _ value: JSONValue?) -> Int? {
        guard let new = value?.integer, new >= 0 else { return old }
        return max(old ?? 0, new)
    }

    /// In our terms the input holds what came from a cache and what went into it.
    var usage: Usage? {
        let parts = [input, cacheRead, cacheWrite].compactMap(\.self)
        let total = parts.reduce(0) { $0 + min($1, Int.max / 4) }
        // No prompt is empty: a zero was never counted.
        let usage = Usage(
            inputTokens: input == nil || total == 0 ? nil : total, outputTokens: output,
            cachedInputTokens: cacheRead, cacheWriteTokens: cacheWrite, reasoningTokens: thinking)
        return usage.inputTokens == nil && usage.outputTokens == nil ? nil : usage
    }
}
