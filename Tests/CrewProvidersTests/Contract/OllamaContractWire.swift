import CrewKit
import CrewTesting

@testable import CrewProviders

/// Ollama's own wire in the contract's words.
struct OllamaContractWire: ContractedWire {
    let wire = ModelWire.ollama

    let leavesOut: Set = [
        // There is no word for it: tools that must not be called are not sent.
        "tool choice",
        // Replies stop because they are done or too long, for no other reason.
        "refusal", "content filter in a reply",
        // Nobody pays, and nothing is withheld.
        "quota exhausted", "content filter before a reply",
    ]

    /// Only input and output are counted.
    func reported(_ usage: Usage) -> Usage {
        Usage(inputTokens: usage.inputTokens, outputTokens: usage.outputTokens)
    }

    func response(to answer: EndpointAnswer) -> EndpointResponse {
        switch answer {
        case .reply(let parts, let finish, let usage):
            return Self.stream(Self.lines(parts) + [Self.end(finish, usage)])
        case .beginning(let parts): return Self.stream(Self.lines(parts))
        case .broken(let parts, let trouble):
            return Self.stream(Self.lines(parts) + [Self.failure(trouble).body])
        case .trouble(let trouble):
            let (status, body) = Self.failure(trouble)
            return EndpointResponse(
                status: status, type: "application/json; charset=utf-8", [body.text])
        }
    }

    func withModel(
        _ setting: ModelSetting, _ body: (any LanguageModel) async throws -> Void
    ) async throws {
        var reference = ModelReference(
            provider: "ollama", model: setting.model, baseURL: setting.address)
        reference.apiKey = setting.key
        var options = ModelEndpoints.Options()
        options.calls.replyBytes = setting.replyBytes
        try await withModelEndpoints(options: options) { endpoints in
            try await body(endpoints.model(for: reference))
        }
    }

    func sent(_ request: ReceivedRequest) throws -> SentRequest {
        let body = try request.json
        var sent = SentRequest(
            model: body["model"]?.string ?? "",
            key: request.headers["authorization"].map { String($0.dropFirst("Bearer ".count)) },
            system: "", turns: [])
        for message in body["messages"]?.array ?? [] {
            if message["role"] == "system" {
                sent.system += message["content"]?.string ?? ""
            } else {
                sent.turns.append(try Self.turn(message))
            }
        }
        sent.tools = (body["tools"]?.array ?? []).map { tool in
            SentRequest.Tool(
                name: tool["function"]?["name"]?.string ?? "",
                description: tool["function"]?["description"]?.string ?? "",
                parameters: tool["function"]?["parameters"] ?? .null)
        }
        sent.temperature = body["options"]?["temperature"]?.double
        sent.maxOutputTokens = body["options"]?["num_predict"]?.integer
        sent.schema = body["format"]
        return sent
    }

    private static func turn(_ message: JSONValue) throws -> SentRequest.Turn {
        let content = message["content"]?.string ?? ""
        switch message["role"]?.string {
        case "user": return .user(content)
        case "tool":
            return .result(
                SentRequest.Result(
                    call: message["tool_call_id"]?.string, name: message["tool_name"]?.string,
                    output: content))
        case "assistant":
            let calls = (message["tool_calls"]?.array ?? []).map { call in
                SentRequest.Call(
                    id: call["id"]?.string, name: call["function"]?["name"]?.string ?? "",
                    arguments: call["function"]?["arguments"] ?? .null)
            }
            return .assistant(text: content, calls: calls)
        default: throw CrewError(.invalidInput, "a message of no known role: \(message.text)")
        }
    }

    // MARK: Streams

    private static func stream(_ lines: [JSONValue]) -> EndpointResponse {
        // Ollama escapes this line end, at which its own client would part a line.
        EndpointResponse(
            type: "application/x-ndjson",
            lines.map { $0.text.replacing("\u{2028}", with: "\\u2028") + "\n" })
    }

    private static func lines(_ parts: [EndpointAnswer.Part]) -> [JSONValue] {
        var calls = EndpointAnswer.calls(of: parts)[...]
        return parts.compactMap { part in
            switch part {
            case .text(let text), .refusal(let text): return line(["content": .string(text)])
            case .reasoning(let text): return line(["content": "", "thinking": .string(text)])
            case .call(let number, _, _):
                guard let call = calls.popFirst() else { return nil }
                return line([
                    "content": "",
                    "tool_calls": [
                        [
                            "id": call.id.map { .string($0) } ?? .null,
                            "function": [
                                "index": .integer(number), "name": .string(call.name),
                                "arguments": call.arguments,
                            ],
                        ]
                    ],
                ])
            // Calls come whole.
            case .arguments: return nil
            }
        }
    }

    private static func line(_ message: JSONObject) -> JSONValue {
        var message = message
        message["role"] = "assistant"
        return [
            "model": .string(ModelSetting.contractModel),
            "created_at": "2026-11-20T10:00:00.123456789Z", "message": .object(message),
            "done": false,
        ]
    }

    private static func end(_ finish: FinishReason, _ usage: Usage?) -> JSONValue {
        var line = line(["content": ""]).object ?? [:]
        line["done"] = true
        line["done_reason"] = finish == .length ? "length" : "stop"
        line["total_duration"] = 182_242_375
        if let tokens = usage?.inputTokens { line["prompt_eval_count"] = .integer(tokens) }
        if let tokens = usage?.outputTokens { line["eval_count"] = .integer(tokens) }
        return .object(line)
    }

    // MARK: Failures

    private static func failure(_ trouble: EndpointAnswer.Trouble) -> (status: Int, body: JSONValue)
    {
        let (status, words) = words(for: trouble)
        return (status, ["error": .string(words)])
    }

    private static func words(for trouble: EndpointAnswer.Trouble) -> (Int, String) {
        switch trouble {
        case .rejectedKey: (401, "unauthorized")
        case .unknownModel: (404, "model 'contract-1' not found")
        case .rateLimited, .quotaExhausted: (429, "too many requests")
        case .serverError: (500, "llama runner process has terminated: exit status 2")
        case .overloaded:
            (503, "server busy, please try again.  maximum pending requests exceeded")
        case .contextOverflow: (400, "the input length exceeds the context length")
        case .rejectedRequest, .contentFiltered: (400, "\"contract-1\" does not support tools")
        }
    }
}
