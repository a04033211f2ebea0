extension ConversationEntry: Codable {
    private enum Kind: String, Codable {
        case user, agent, note, correction, answer, briefing
        case toolResult = "tool_result"
        case groupResult = "group_result"
    }

    private enum CodingKeys: String, CodingKey { case kind, text, group, message, result, from }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .user: self = .user(try container.decode(String.self, forKey: .text))
        case .note: self = .note(try container.decode(String.self, forKey: .text))
        case .briefing: self = .briefing(try container.decode(String.self, forKey: .text))
        case .answer:
            self = .answer(
                from: try container.decode(String.self, forKey: .from),
                text: try container.decode(String.self, forKey: .text))
        case .correction:
            self = .correction(try container.decode(String.self, forKey: .text))
        case .agent: self = .agent(try container.decode(AgentMessage.self, forKey: .message))
        case .toolResult:
            self = .toolResult(try container.decode(ToolResult.self, forKey: .result))
        case .groupResult:
            self = .groupResult(
                group: try container.decode(GroupID.self, forKey: .group),
                text: try container.decode(String.self, forKey: .text))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .user(let text):
            try container.encode(Kind.user, forKey: .kind)
            try container.encode(text, forKey: .text)
        case .note(let text):
            try container.encode(Kind.note, forKey: .kind)
            try container.encode(text, forKey: .text)
        case .correction(let text):
            try container.encode(Kind.correction, forKey: .kind)
            try container.encode(text, forKey: .text)
        case .briefing(let text):
            try container.encode(Kind.briefing, forKey: .kind)
            try container.encode(text, forKey: .text)
        case .answer(let party, let text):
            try container.encode(Kind.answer, forKey: .kind)
            try container.encode(party, forKey: .from)
            try container.encode(text, forKey: .text)
        case .agent(let message):
            try container.encode(Kind.agent, forKey: .kind)
            try container.encode(message, forKey: .message)
        case .toolResult(let result):
            try container.encode(Kind.toolResult, forKey: .kind)
            try container.encode(result, forKey: .result)
        case .groupResult(let group, let text):
            try container.encode(Kind.groupResult, forKey: .kind)
            try container.encode(group, forKey: .group)
            try container.encode(text, forKey: .text)
        }
    }
}
