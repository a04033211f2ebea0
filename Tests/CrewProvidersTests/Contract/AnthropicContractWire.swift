import CrewKit
import CrewTesting

@testable import CrewProviders

/// The messages wire in the contract's words.
struct AnthropicContractWire: ContractedWire {
    let wire = ModelWire.anthropic

    // A reply that is withheld is a refusal here; there is no other word for it.
    let leavesOut: Set = ["content filter in a reply"]

    func response(to answer: EndpointAnswer) -> EndpointResponse {
        switch answer {
        case .reply(let parts, let finish, let usage):
            let end = Self.end(Self.word(for: finish), parts: parts, usage)
            return Self.stream(
                [Self.start(usage)] + Self.blocks(parts) + [end, ["type": "message_stop"]])
        case .beginning(let parts):
            return Self.stream(parts.isEmpty ? [] : [Self.start(nil)] + Self.open(parts))
        case .broken(let parts, let trouble):
            return Self.stream([Self.start(nil)] + Self.open(parts) + [Self.failure(trouble).body])
        case .trouble(let trouble):
            let (status, body) = Self.failure(trouble)
            return EndpointResponse(status: status, type: "application/json", [body.text])
        }
    }

    func withModel(
        _ setting: ModelSetting, _ body: (any LanguageModel) async throws -> Void
    ) async throws {
        var reference = ModelReference(
            provider: "anthropic", model: setting.model, baseURL: setting.address)
        reference.apiKey = setting.key
        var options = ModelEndpoints.Options()
        options.calls.replyBytes = setting.replyBytes
        try await withModelEndpoints(options: options) { endpoints in
            try await body(endpoints.model(for: reference))
        }
    }

    // MARK: Streams

    private static func stream(_ events: [JSONValue]) -> EndpointResponse {
        EndpointResponse(
            type: "text/event-stream",
            events.map { "event: \($0["type"]?.string ?? "")\ndata: \($0.text)\n\n" })
    }

    private static func start(_ usage: Usage?) -> JSONValue {
        var message: JSONObject = [
            "id": "msg_1", "type": "message", "role": "assistant",
            "model": .string(ModelSetting.contractModel), "content": [], "stop_reason": nil,
            "stop_sequence": nil,
        ]
        if let usage {
            var counts = input(usage)
            counts["output_tokens"] = 1
            message["usage"] = .object(counts)
        }
        return ["type": "message_start", "message": .object(message)]
    }

    /// What was read from a cache or written to one is no part of the input here.
    private static func input(_ usage: Usage) -> JSONObject {
        let read = usage.cachedInputTokens ?? 0
        let written = usage.cacheWriteTokens ?? 0
        var counts: JSONObject = [
            "input_tokens": .integer((usage.inputTokens ?? 0) - read - written)
        ]
        if let read = usage.cachedInputTokens { counts["cache_read_input_tokens"] = .integer(read) }
        if let written = usage.cacheWriteTokens {
            counts["cache_creation_input_tokens"] = .integer(written)
        }
        return counts
    }

    private static func end(
        _ reason: String, parts: [EndpointAnswer.Part], _ usage: Usage?
    ) -> JSONValue {
        var delta: JSONObject = ["stop_reason": .string(reason), "stop_sequence": nil]
        let refusal = parts.compactMap { part -> String? in
            if case .refusal(let text) = part { return text }
            return nil
        }.joined()
        if !refusal.isEmpty {
            delta["stop_details"] = ["type": "refusal", "explanation": .string(refusal)]
        }
        var event: JSONObject = ["type": "message_delta", "delta": .object(delta)]
        if let usage {
            var counts: JSONObject = ["output_tokens": .integer(usage.outputTokens ?? 0)]
            if let tokens = usage.reasoningTokens {
                counts["output_tokens_details"] = ["thinking_tokens": .integer(tokens)]
            }
            event["usage"] = .object(counts)
        }
        return .object(event)
    }

    private static func blocks(_ parts: [EndpointAnswer.Part]) -> [JSONValue] {
        var writer = BlockWriter()
        for part in parts { writer.write(part) }
        writer.close()
        return writer.events
    }

    /// The same with the last block still open.
    private static func open(_ parts: [EndpointAnswer.Part]) -> [JSONValue] {
        var writer = BlockWriter()
        for part in parts { writer.write(part) }
        return writer.events
    }

    private static func word(for finish: FinishReason) -> String {
        switch finish {
        case .stop: "end_turn"
        case .length: "max_tokens"
        case .toolCalls: "tool_use"
        case .refusal: "refusal"
        case .contentFilter, .other: "else"
        }
    }

    // MARK: Failures

    private static func failure(_ trouble: EndpointAnswer.Trouble) -> (status: Int, body: JSONValue)
    {
        let (status, type, message) = words(for: trouble)
        return (
            status,
            [
                "type": "error", "request_id": "req_1",
                "error": ["type": .string(type), "message": .string(message)],
            ]
        )
    }

    private static func words(for trouble: EndpointAnswer.Trouble) -> (Int, String, String) {
        switch trouble {
        case .rejectedKey: (401, "authentication_error", "invalid x-api-key")
        case .unknownModel: (404, "not_found_error", "model: contract-1")
        case .rateLimited: (429, "rate_limit_error", "It went too fast.")
        case .quotaExhausted:
            (400, "invalid_request_error", "Your credit balance is too low to access the API.")
        case .serverError: (500, "api_error", "Internal server error")
        case .overloaded: (529, "overloaded_error", "Overloaded")
        case .contextOverflow:
            (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")
        case .rejectedRequest: (400, "invalid_request_error", "messages: it went wrong")
        case .contentFiltered:
            (400, "invalid_request_error", "Output blocked by content filtering policy")
        }
    }
}

/// Writes the blocks of a message, opening and closing them as their kinds change.
private struct BlockWriter {
    var events: [JSONValue] = []
    private var index = -1
    private var kind = ""

    mutating func write(_ part: EndpointAnswer.Part) {
        switch part {
        case .text(let text):
            open("text", ["type": "text", "text": ""])
            add(["type": "text_delta", "text": .string(text)])
        case .reasoning(let text):
            open("thinking", ["type": "thinking", "thinking": "", "signature": ""])
            add(["type": "thinking_delta", "thinking": .string(text)])
        case .refusal: break
        case .call(let number, let id, let name):
            open(
                "call \(number)",
                [
                    "type": "tool_use", "id": .string(id), "name": .string(name), "input": [:],
                ])
        case .arguments(_, let piece):
            add(["type": "input_json_delta", "partial_json": .string(piece)])
        }
    }

    mutating func close() {
        guard index >= 0 else { return }
        if kind == "thinking" { add(["type": "signature_delta", "signature": "EqQB"]) }
        events.append(["type": "content_block_stop", "index": .integer(index)])
    }

    private mutating func open(_ kind: String, _ block: JSONValue) {
        guard self.kind != kind else { return }
        close()
        self.kind = kind
        index += 1
        events.append([
            "type": "content_block_start", "index": .integer(index), "content_block": block,
        ])
    }

    private mutating func add(_ delta: JSONValue) {
        events.append(["type": "content_block_delta", "index": .integer(index), "delta": delta])
    }
}
