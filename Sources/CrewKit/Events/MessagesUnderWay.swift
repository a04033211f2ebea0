/// The messages that are being made at this moment, each as far as it has come.
struct MessagesUnderWay: Sendable {
    private struct Message: Sendable {
        var last: MessageDelta
        var text = ""
        var reasoning = ""
    }

    private var messages: [BranchID?: Message] = [:]

    /// Each message as one piece, the run's own first.
    var whole: [MessageDelta] {
        messages.values.map { message in
            var delta = message.last
            delta.kind = .soFar(text: message.text, reasoning: message.reasoning)
            return delta
        }
        .sorted { ($0.branch ?? "") < ($1.branch ?? "") }
    }

    mutating func note(_ item: FeedItem) {
        switch item {
        case .delta(let delta): add(delta)
        case .event(let stored):
            guard !messages.isEmpty else { return }
            switch stored.event {
            case .replied, .roundFailed, .memberEnded: messages[stored.branch] = nil
            case .runEnded: messages = [:]
            default: break
            }
        }
    }

    private mutating func add(_ delta: MessageDelta) {
        // Changed in place: a copy for each piece would make long messages slow.
        switch delta.kind {
        case .text(let piece): messages[delta.branch, default: Message(last: delta)].text += piece
        case .reasoning(let piece):
            messages[delta.branch, default: Message(last: delta)].reasoning += piece
        case .abandoned: messages[delta.branch] = Message(last: delta)
        case .soFar(let text, let reasoning):
            messages[delta.branch] = Message(last: delta, text: text, reasoning: reasoning)
        }
        messages[delta.branch]?.last = delta
    }
}
