import CrewKit

/// Builds one reply from the events of a streamed response.
///
/// Pieces are passed on as they come; what counts in the end are the items of the finished response.
struct ResponsesAssembler: Sendable {
    typealias Progress = (ModelProgress) -> Void

    /// Where a piece belongs: pieces of another place begin a new paragraph.
    private struct Place: Equatable {
        var item: Int
        var part: Int
    }

    private var text = ""
    private var reasoning = ""
    private var textItem: Int?
    private var thoughtPlace: Place?
    private var hasRefused = false
    /// The items that are about to come, or came whole, by their place in the output.
    private var announced: [Int: JSONObject] = [:]
    private var whole: [Int: JSONObject] = [:]
    private var response: JSONObject = [:]
    private(set) var isFinished = false

    // MARK: While it comes

    mutating func add(_ event: JSONValue, type: String, progress: Progress) {
        let item = event["output_index"]?.integer ?? 0
        let delta = event["delta"]?.string ?? ""
        switch type {
        case "response.output_item.added": announced[item] = event["item"]?.object
        case "response.output_item.done": whole[item] = event["item"]?.object
        case "response.output_text.delta":
            if let message = announced[item], ResponsesMemo.isCommentary(message) {
                think(delta, at: Place(item: item, part: 0), progress)
            } else {
                say(delta, in: item, progress)
            }
        case "response.refusal.delta":
            hasRefused = true
            say(delta, in: item, progress)
        case "response.reasoning_summary_text.delta":
            think(delta, at: Place(item: item, part: Self.part(event, "summary_index")), progress)
        case "response.reasoning_text.delta":
            think(delta, at: Place(item: item, part: Self.part(event, "content_index")), progress)
        default: break
        }
    }

    private static func part(_ event: JSONValue, _ name: String) -> Int {
        event[name]?.integer ?? 0
    }

    private mutating func say(_ piece: String, in item: Int, _ progress: Progress) {
        guard !piece.isEmpty else { return }
        let isNew = textItem.map { $0 != item } ?? false
        textItem = item
        let piece = isNew ? "\n\n" + piece : piece
        text += piece
        progress(.text(piece))
    }

    private mutating func think(_ piece: String, at place: Place, _ progress: Progress) {
        guard !piece.isEmpty else { return }
        let isNew = thoughtPlace.map { $0 != place } ?? false
        thoughtPlace = place
        let piece = isNew ? "\n\n" + piece : piece
        reasoning += piece
        progress(.reasoning(piece))
    }

    // MARK: When it is there

    /// The items of the output; a server that leaves them out of its last word sent them before.
    var items: [JSONObject] {
        let output = response["output"]?.array?.compactMap(\.object) ?? []
        return output.isEmpty ? whole.sorted { $0.key < $1.key }.map(\.value) : output
    }

    mutating func finish(_ response: JSONObject, progress: Progress) {
        self.response = response
        isFinished = true
        let thought = Self.thought(in: items)
        Self.pass(&reasoning, upTo: thought) { progress(.reasoning($0)) }
        let answer = Self.answer(in: items)
        hasRefused = hasRefused || answer.isRefusal
        Self.pass(&text, upTo: answer.text) { progress(.text($0)) }
    }

    /// Passes on what never came in pieces; where the two differ the end counts.
    private static func pass(
        _ said: inout String, upTo end: String, _ progress: (String) -> Void
    ) {
        guard !end.isEmpty, end != said else { return }
        if end.hasPrefix(said) { progress(String(end.dropFirst(said.count))) }
        said = end
    }

    private static func answer(in items: [JSONObject]) -> (text: String, isRefusal: Bool) {
        var isRefusal = false
        let messages = items.filter {
            $0["type"]?.string == "message" && !ResponsesMemo.isCommentary($0)
        }
        let texts = messages.map { message in
            (message["content"]?.array ?? []).map { part in
                if let refusal = part["refusal"]?.string {
                    isRefusal = true
                    return refusal
                }
                return part["text"]?.string ?? ""
            }.joined()
        }
        return (texts.filter { !$0.isEmpty }.joined(separator: "\n\n"), isRefusal)
    }

    private static func thought(in items: [JSONObject]) -> String {
        let parts = items.flatMap { item -> [JSONValue] in
            switch item["type"]?.string {
            case "reasoning":
                let summary = item["summary"]?.array ?? []
                return summary.isEmpty ? item["content"]?.array ?? [] : summary
            case "message" where ResponsesMemo.isCommentary(item):
                return item["content"]?.array ?? []
            default: return []
            }
        }
        return parts.compactMap { $0["text"]?.string }.filter { !$0.isEmpty }
            .joined(separator: "\n\n")
    }

    /// The reply; a call without an id gets one made of `idPrefix` and its number.
    func reply(idPrefix: String, names: WireToolNames) -> ModelReply {
        let calls = items.filter { $0["type"]?.string == "function_call" }.enumerated()
            .map { number, call in
                let id = call["call_id"]?.string ?? ""
                return ToolCall(
                    id: ToolCallID(id.isEmpty ? "\(idPrefix)_\(number)" : id),
                    name: names.original(of: call["name"]?.string ?? ""),
                    arguments: StreamedToolCalls.value(of: call["arguments"]?.string ?? ""))
            }
        var reply = ModelReply(
            text: text, reasoning: reasoning, toolCalls: calls,
            finish: finish(hasCalls: !calls.isEmpty), usage: usage,
            model: response["model"]?.string)
        // OpenRouter says what the model's own host asked for.
        if let dollars = response["usage"]?["cost"]?.double, dollars >= 0, dollars.isFinite {
            reply.cost = dollars
        }
        return reply
    }

    private func finish(hasCalls: Bool) -> FinishReason {
        if response["status"]?.string == "incomplete" {
            switch response["incomplete_details"]?["reason"]?.string {
            case "max_output_tokens": return .length
            case "content_filter": return .contentFilter
            default: return .other
            }
        }
        if hasCalls { return .toolCalls }
        return hasRefused ? .refusal : .stop
    }

    private var usage: Usage? {
        guard let members = response["usage"]?.object else { return nil }
        let input = members["input_tokens_details"]
        let usage = Usage(
            inputTokens: members["input_tokens"]?.integer,
            outputTokens: members["output_tokens"]?.integer,
            cachedInputTokens: input?["cached_tokens"]?.integer,
            cacheWriteTokens: input?["cache_write_tokens"]?.integer,
            reasoningTokens: members["output_tokens_details"]?["reasoning_tokens"]?.integer)
        return usage == Usage() ? nil : usage
    }
}
