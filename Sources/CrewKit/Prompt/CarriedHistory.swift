/// What a session's next run takes along of what was said before.
///
/// Each run's log explains itself, so it holds the conversation before it. Copying all of it would
/// make a session's logs grow with the square of its length; models see no more than their window
/// anyway. The first entry and the newest ones are carried, as many as fit.
struct CarriedHistory {
    /// Bytes of UTF-8: several windows of text.
    let limit: Int

    init(settings: CrewSettings) {
        limit = max(65_536, settings.contextWindow * 8)
    }

    func carried(_ entries: [ConversationEntry]) -> [ConversationEntry] {
        newest(of: entries).map(\.withoutArtifact)
    }

    private func newest(of entries: [ConversationEntry]) -> [ConversationEntry] {
        var total = entries.first.map(Self.size) ?? 0
        var start = entries.endIndex
        while start > 1 {
            let size = Self.size(entries[start - 1])
            guard total + size <= limit else { break }
            total += size
            start -= 1
        }
        guard start > 1 else { return entries }
        // A result goes only with its call.
        while start < entries.endIndex, case .toolResult = entries[start] { start += 1 }
        let note = "[\(start - 1) earlier messages are in this session's earlier runs]"
        return [entries[0], .note(note)] + entries[start...]
    }

    private static func size(_ entry: ConversationEntry) -> Int {
        switch entry {
        case .user(let text), .note(let text), .correction(let text), .briefing(let text),
            .groupResult(_, let text), .answer(_, let text):
            text.utf8.count
        case .toolResult(let result): result.output.utf8.count
        case .agent(let message):
            message.text.utf8.count + message.reasoning.utf8.count
                + message.toolCalls.reduce(0) { $0 + $1.arguments.text.utf8.count }
        }
    }
}

extension ConversationEntry {
    /// What an earlier run keeps cannot be read from a later one.
    fileprivate var withoutArtifact: ConversationEntry {
        guard case .toolResult(var result) = self, result.artifact != nil else { return self }
        result.artifact = nil
        return .toolResult(result)
    }
}
