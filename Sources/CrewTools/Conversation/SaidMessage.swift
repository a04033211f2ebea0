import CrewKit

/// One message of a conversation, as people count them: something that was said, or a tool's result.
struct SaidMessage: Sendable, Hashable {
    enum Role: String, Sendable, CaseIterable {
        case user, assistant, tool, system
    }

    /// Counts from 1 over the whole conversation.
    let number: Int
    let role: Role
    /// Who spoke, where it is known: an agent or a tool.
    let speaker: String?
    let text: String

    /// The messages of a conversation in order; replies that only call tools are none.
    static func all(in conversation: [ConversationEntry]) -> [SaidMessage] {
        var messages: [SaidMessage] = []
        for entry in conversation {
            let (role, speaker, text) = parts(of: entry)
            guard role == .tool || text.contains(where: { !$0.isWhitespace }) else { continue }
            messages.append(
                SaidMessage(number: messages.count + 1, role: role, speaker: speaker, text: text))
        }
        return messages
    }

    private static func parts(of entry: ConversationEntry) -> (Role, String?, String) {
        switch entry {
        case .user(let text): (.user, nil, text)
        case .agent(let message): (.assistant, message.agent?.rawValue, message.text)
        case .toolResult(let result): (.tool, result.name.rawValue, result.output)
        case .groupResult(let group, let text): (.assistant, group.rawValue, text)
        case .answer(let party, let text): (.assistant, party, text)
        case .note(let text), .correction(let text), .briefing(let text): (.system, nil, text)
        }
    }

    /// The beginning of the text in one line of at most so many characters.
    func excerpt(_ length: Int = 160) -> String { Self.excerpt(text, length) }

    static func excerpt(_ text: String, _ length: Int) -> String {
        let words = text.prefix(length * 4).split(whereSeparator: \.isWhitespace)
        let line = words.joined(separator: " ")
        return line.count > length ? line.prefix(length) + "…" : line
    }
}
