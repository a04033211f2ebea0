import CrewKit
import CrewTesting

@testable import CrewProviders

/// The chat wire in the contract's words.
struct ChatContractWire: ContractedWire {
    let wire = ModelWire.chat

    func response(to answer: EndpointAnswer) -> EndpointResponse {
        switch answer {
        case .reply(let parts, let finish, let usage):
            var events = Self.opening + parts.map(Self.chunk)
            events.append(Self.chunk([:], finish: Self.word(for: finish)))
            if let usage { events.append(Self.chunk(usage)) }
            return Self.stream(events.map(Self.event) + ["data: [DONE]\n\n"])
        case .beginning(let parts):
            return Self.stream(
                (parts.isEmpty ? [] : Self.opening + parts.map(Self.chunk)).map(Self.event))
        case .broken(let parts, let trouble):
            return Self.stream(
                (Self.opening + parts.map(Self.chunk) + [Self.failure(trouble).body]).map(
                    Self.event))
        case .trouble(let trouble):
            let (status, body) = Self.failure(trouble)
            return EndpointResponse(status: status, type: "application/json", [body.text])
        }
    }

    func withModel(
        _ setting: ModelSetting, _ body: (any LanguageModel) async throws -> Void
    ) async throws {
        var reference = ModelReference(
            provider: "openai", model: setting.model, baseURL: setting.address + "/v1")
        reference.apiKey = setting.key
        var options = ModelEndpoints.Options()
        options.calls.replyBytes = setting.replyBytes
        try await withModelEndpoints(options: options) { endpoints in
            try await body(endpoints.model(for: reference))
        }
    }

    // MARK: Streams

    private static func stream(_ texts: [String]) -> EndpointResponse {
        EndpointResponse(type: "text/event-stream", texts)
    }

    private static func event(_ chunk: JSONValue) -> String { "data: \(chunk.text)\n\n" }

    private static let opening = [chunk(["role": "assistant", "content": ""])]

    private static func chunk(_ delta: JSONObject, finish: String? = nil) -> JSONValue {
        [
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_214_000,
            "model": .string(ModelSetting.contractModel),
            "choices": [
                [
                    "index": 0, "delta": .object(delta), "logprobs": nil,
                    "finish_reason": finish.map { .string($0) } ?? .null,
                ]
            ],
        ]
    }

    private static func chunk(_ part: EndpointAnswer.Part) -> JSONValue {
        switch part {
        case .text(let text): chunk(["content": .string(text)])
        case .reasoning(let text): chunk(["reasoning_content": .string(text)])
        case .refusal(let text): chunk(["refusal": .string(text)])
        case .call(let number, let id, let name):
            chunk([
                "tool_calls": [
                    [
                        "index": .integer(number), "id": .string(id), "type": "function",
                        "function": ["name": .string(name), "arguments": ""],
                    ]
                ]
            ])
        case .arguments(let number, let piece):
            chunk([
                "tool_calls": [
                    ["index": .integer(number), "function": ["arguments": .string(piece)]]
                ]
            ])
        }
    }

    private static func chunk(_ usage: Usage) -> JSONValue {
        let (input, output) = (usage.inputTokens ?? 0, usage.outputTokens ?? 0)
        var members: JSONObject = [
            "prompt_tokens": .integer(input), "completion_tokens": .integer(output),
            "total_tokens": .integer(input + output),
        ]
        if usage.cachedInputTokens != nil || usage.cacheWriteTokens != nil {
            members["prompt_tokens_details"] = [
                "cached_tokens": .integer(usage.cachedInputTokens ?? 0),
                "cache_write_tokens": .integer(usage.cacheWriteTokens ?? 0),
            ]
        }
        if let tokens = usage.reasoningTokens {
            members["completion_tokens_details"] = ["reasoning_tokens": .integer(tokens)]
        }
        return [
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_214_000,
            "model": .string(ModelSetting.contractModel), "choices": [], "usage": .object(members),
        ]
    }

    private static func word(for finish: FinishReason) -> String {
        // A refusal is told by its deltas; the reason to stop does not know it.
        finish == .refusal ? "stop" : finish.rawValue
    }

    // MARK: Failures

    static func failure(_ trouble: EndpointAnswer.Trouble) -> (status: Int, body: JSONValue) {
        let (status, type, code) = words(for: trouble)
        return (
            status,
            [
                "error": [
                    "message": "It went wrong.", "type": .string(type), "param": nil,
                    "code": code.map { .string($0) } ?? .null,
                ]
            ]
        )
    }

    private static func words(for trouble: EndpointAnswer.Trouble) -> (Int, String, String?) {
        switch trouble {
        case .rejectedKey: (401, "invalid_request_error", "invalid_api_key")
        case .unknownModel: (404, "invalid_request_error", "model_not_found")
        case .rateLimited: (429, "requests", "rate_limit_exceeded")
        case .quotaExhausted: (429, "insufficient_quota", "insufficient_quota")
        case .serverError: (500, "server_error", nil)
        case .overloaded: (503, "server_error", nil)
        case .contextOverflow: (400, "invalid_request_error", "context_length_exceeded")
        case .rejectedRequest: (400, "invalid_request_error", "invalid_value")
        case .contentFiltered: (400, "invalid_request_error", "content_filter")
        }
    }
}
