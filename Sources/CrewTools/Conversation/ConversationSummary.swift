/// A conversation in a few lines.
struct ConversationSummary {
    let text: String

    init(of messages: [SaidMessage]) {
        let facts = ConversationFacts(of: messages)
        let requests = messages.filter { $0.role == .user }
        var lines = [
            "\(ConversationTools.plural(messages.count)): \(ConversationTools.byRole(messages))"
        ]
        lines += facts.name.map { ["The user's name: \($0)"] } ?? []
        lines += facts.statements.map { "The user said: \($0)" }
        lines += requests.first.map { ["First request: \($0.excerpt())"] } ?? []
        if requests.count > 1 {
            lines += requests.last.map { ["Latest request: \($0.excerpt())"] } ?? []
        }
        lines += Self.tally("Answered by", messages, .assistant)
        lines += Self.tally("Tools used", messages, .tool)
        text = lines.joined(separator: "\n")
    }

    /// Who spoke in a role and how often, in the order of their first words.
    private static func tally(
        _ title: String, _ messages: [SaidMessage], _ role: SaidMessage.Role
    ) -> [String] {
        let speakers = messages.filter { $0.role == role }.compactMap(\.speaker)
        var names: [String] = []
        for speaker in speakers where !names.contains(speaker) { names.append(speaker) }
        guard !names.isEmpty else { return [] }
        let counts = names.map { name in "\(name) (\(speakers.count { $0 == name }))" }
        return ["\(title): \(counts.joined(separator: ", "))"]
    }
}
