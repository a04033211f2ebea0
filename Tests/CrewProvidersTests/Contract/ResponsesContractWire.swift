import CrewKit
import CrewTesting

@testable import CrewProviders

/// The responses wire in the contract's words.
struct ResponsesContractWire: ContractedWire {
    let wire = ModelWire.responses

    func reported(_ usage: Usage) -> Usage {
        Usage(
            inputTokens: usage.inputTokens, outputTokens: usage.outputTokens,
            cachedInputTokens: usage.cachedInputTokens ?? 0,
            cacheWriteTokens: usage.cacheWriteTokens ?? 0,
            reasoningTokens: usage.reasoningTokens ?? 0)
    }

    func response(to answer: EndpointAnswer) -> EndpointResponse {
        var stream = ResponsesStream()
        switch answer {
        case .reply(let parts, let finish, let usage):
            stream.begin()
            for part in parts { stream.take(part) }
            stream.end(finish, usage)
        case .beginning(let parts):
            if !parts.isEmpty { stream.begin() }
            for part in parts { stream.take(part) }
        case .broken(let parts, let trouble):
            stream.begin()
            for part in parts { stream.take(part) }
            stream.fail(ChatContractWire.failure(trouble).body)
        case .trouble(let trouble):
            let (status, body) = ChatContractWire.failure(trouble)
            return EndpointResponse(status: status, type: "application/json", [body.text])
        }
        return EndpointResponse(type: "text/event-stream", stream.texts)
    }

    func withModel(
        _ setting: ModelSetting, _ body: (any LanguageModel) async throws -> Void
    ) async throws {
        var reference = ModelReference(
            provider: "openai", model: setting.model, baseURL: setting.address + "/v1")
        reference.apiKey = setting.key
        reference.wire = .responses
        var options = ModelEndpoints.Options()
        options.calls.replyBytes = setting.replyBytes
        try await withModelEndpoints(options: options) { endpoints in
            try await body(endpoints.model(for: reference))
        }
    }

    // MARK: Requests

    func sent(_ request: ReceivedRequest) throws -> SentRequest {
        let body = try request.json
        var sent = SentRequest(
            model: body["model"]?.string ?? "",
            key: request.headers["authorization"].map { String($0.dropFirst("Bearer ".count)) },
            system: body["instructions"]?.string ?? "", turns: [])
        for item in body["input"]?.array ?? [] { try Self.take(item, into: &sent.turns) }
        sent.tools = (body["tools"]?.array ?? []).map { tool in
            SentRequest.Tool(
                name: tool["name"]?.string ?? "", description: tool["description"]?.string ?? "",
                parameters: tool["parameters"] ?? .null)
        }
        sent.toolChoice = (body["tool_choice"]?.string).flatMap(ToolChoice.init) ?? .auto
        sent.temperature = body["temperature"]?.double
        sent.maxOutputTokens = body["max_output_tokens"]?.integer
        if body["text"]?["format"]?["type"]?.string == "json_schema" {
            sent.schema = body["text"]?["format"]?["schema"]
        }
        return sent
    }

    /// Calls stand beside the text that they came with.
    private static func take(_ item: JSONValue, into turns: inout [SentRequest.Turn]) throws {
        let text = item["content"]?.string ?? ""
        switch (item["type"]?.string, item["role"]?.string) {
        case ("message", "user"): turns.append(.user(text))
        case ("message", "assistant"): turns.append(.assistant(text: text, calls: []))
        case ("reasoning", _): break
        case ("function_call", _):
            let call = SentRequest.Call(
                id: item["call_id"]?.string, name: item["name"]?.string ?? "",
                arguments: try JSONValue(parsing: item["arguments"]?.string ?? ""))
            if case .assistant(let text, let calls) = turns.last {
                turns[turns.count - 1] = .assistant(text: text, calls: calls + [call])
            } else {
                turns.append(.assistant(text: "", calls: [call]))
            }
        case ("function_call_output", _):
            turns.append(
                .result(
                    SentRequest.Result(
                        call: item["call_id"]?.string, name: nil,
                        output: item["output"]?.string ?? "")))
        default: throw CrewError(.invalidInput, "an item of no known kind: \(item.text)")
        }
    }
}
