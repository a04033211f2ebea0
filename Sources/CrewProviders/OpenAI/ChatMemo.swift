import CrewKit

/// What a server wants to see again of a reply, exactly as it sent it.
///
/// Gemini signs its tool calls in members of their own, OpenRouter its models' reasoning; DeepSeek
/// wants the reasoning that led to a tool call. All of it goes back where it came from.
struct ChatMemo: Sendable {
    /// Members that concern what was thought: they matter until the user speaks again.
    private static let thoughts: Set = ["reasoning_content", "reasoning", "reasoning_details"]

    private var reasoning = ""
    private var reasoningName = ""
    private var details: [JSONObject] = []
    private var extra: JSONValue?

    /// Takes what a delta or a message holds beside its text.
    mutating func take(_ content: JSONObject) {
        for name in ["reasoning_content", "reasoning"] {
            guard let piece = content[name]?.string, !piece.isEmpty else { continue }
            reasoningName = name
            reasoning += piece
            break
        }
        for case .object(let detail) in content["reasoning_details"]?.array ?? [] { merge(detail) }
        if let value = content["extra_content"], !value.isNull { extra = value }
    }

    /// Pieces of one detail have its index; texts are put together, of other members the last counts.
    private mutating func merge(_ piece: JSONObject) {
        guard
            let place = details.lastIndex(where: {
                $0["index"] == piece["index"] && $0["type"] == piece["type"]
                    && piece["index"]?.integer != nil
            })
        else { return details.append(piece) }
        for (name, value) in piece where !value.isNull {
            if ["text", "summary"].contains(name), let more = value.string {
                details[place][name] = .string((details[place][name]?.string ?? "") + more)
            } else {
                details[place][name] = value
            }
        }
    }

    /// The memo of a reply; nil when there is nothing to remember.
    ///
    /// - Parameter calls: for each tool call what it held beside its function.
    func memo(model: String, calls: [JSONObject], replaysReasoning: Bool) -> ModelMemo? {
        var message: JSONObject = [:]
        if !details.isEmpty { message["reasoning_details"] = .array(details.map { .object($0) }) }
        if replaysReasoning, !calls.isEmpty, !reasoning.isEmpty {
            message[reasoningName] = .string(reasoning)
        }
        if let extra { message["extra_content"] = extra }
        let hasExtras = !calls.allSatisfy(\.isEmpty)
        guard hasExtras || !message.isEmpty else { return nil }
        var content: JSONObject = [:]
        if !message.isEmpty { content["message"] = .object(message) }
        if hasExtras { content["calls"] = .array(calls.map { .object($0) }) }
        return ModelMemo(wire: .chat, model: model, content: .object(content))
    }

    // MARK: Going back

    /// What stands beside the text of a message that goes back.
    static func messageMembers(_ memo: ModelMemo?, isRecent: Bool) -> [(String, JSONValue)] {
        (memo?.content["message"]?.object ?? [:]).filter { name, _ in
            isRecent || !thoughts.contains(name)
        }.map { ($0.key, $0.value) }
    }

    /// What stands beside the function of a call that goes back.
    static func callMembers(_ memo: ModelMemo?, call position: Int) -> JSONObject {
        guard let calls = memo?.content["calls"]?.array, position < calls.count else { return [:] }
        return calls[position].object ?? [:]
    }
}
