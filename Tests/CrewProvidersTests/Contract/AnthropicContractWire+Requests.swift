import CrewKit
import CrewTesting

extension AnthropicContractWire {
    func sent(_ request: ReceivedRequest) throws -> SentRequest {
        let body = try request.json
        let system = (body["system"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
        var sent = SentRequest(
            model: body["model"]?.string ?? "", key: request.headers["x-api-key"], system: system,
            turns: try (body["messages"]?.array ?? []).flatMap(Self.turns))
        sent.tools = (body["tools"]?.array ?? []).map { tool in
            SentRequest.Tool(
                name: tool["name"]?.string ?? "",
                description: tool["description"]?.string ?? "",
                parameters: tool["input_schema"] ?? .null)
        }
        switch body["tool_choice"]?["type"]?.string {
        case "any": sent.toolChoice = .required
        case "none": sent.toolChoice = .none
        default: break
        }
        sent.temperature = body["temperature"]?.double
        sent.maxOutputTokens = body["max_tokens"]?.integer
        sent.schema = body["output_config"]?["format"]?["schema"]
        return sent
    }

    private static func turns(_ message: JSONValue) throws -> [SentRequest.Turn] {
        let blocks = message["content"]?.array ?? []
        if message["role"] == "assistant" {
            let calls = blocks.filter { $0["type"] == "tool_use" }.map { block in
                SentRequest.Call(
                    id: block["id"]?.string, name: block["name"]?.string ?? "",
                    arguments: block["input"] ?? .null)
            }
            let texts = blocks.filter { $0["type"] == "text" }.compactMap { $0["text"]?.string }
            return [.assistant(text: texts.joined(), calls: calls)]
        }
        return try blocks.map { block in
            switch block["type"]?.string {
            case "text": return .user(block["text"]?.string ?? "")
            case "tool_result":
                return .result(
                    SentRequest.Result(
                        call: block["tool_use_id"]?.string, name: nil,
                        output: block["content"]?.string ?? ""))
            default: throw CrewError(.invalidInput, "a block of no known type: \(block.text)")
            }
        }
    }
}
