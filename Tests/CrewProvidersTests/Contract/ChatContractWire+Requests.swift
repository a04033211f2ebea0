import CrewKit
import CrewTesting

extension ChatContractWire {
    func sent(_ request: ReceivedRequest) throws -> SentRequest {
        let body = try request.json
        var sent = SentRequest(
            model: body["model"]?.string ?? "",
            key: request.headers["authorization"].map { String($0.dropFirst("Bearer ".count)) },
            system: "", turns: [])
        for message in body["messages"]?.array ?? [] {
            if ["system", "developer"].contains(message["role"]?.string) {
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
        sent.toolChoice = (body["tool_choice"]?.string).flatMap(ToolChoice.init) ?? .auto
        sent.temperature = body["temperature"]?.double
        sent.maxOutputTokens =
            body["max_tokens"]?.integer ?? body["max_completion_tokens"]?.integer
        if body["response_format"]?["type"]?.string == "json_schema" {
            sent.schema = body["response_format"]?["json_schema"]?["schema"]
        }
        return sent
    }

    private static func turn(_ message: JSONValue) throws -> SentRequest.Turn {
        let content = message["content"]?.string ?? ""
        switch message["role"]?.string {
        case "user": return .user(content)
        case "tool":
            return .result(
                SentRequest.Result(
                    call: message["tool_call_id"]?.string, name: nil, output: content))
        case "assistant":
            let calls = try (message["tool_calls"]?.array ?? []).map { call in
                SentRequest.Call(
                    id: call["id"]?.string, name: call["function"]?["name"]?.string ?? "",
                    arguments: try JSONValue(
                        parsing: call["function"]?["arguments"]?.string ?? ""))
            }
            return .assistant(text: content, calls: calls)
        default: throw CrewError(.invalidInput, "a message of no known role: \(message.text)")
        }
    }
}
