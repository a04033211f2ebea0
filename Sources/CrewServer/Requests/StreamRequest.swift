import CrewKit

/// What a client asks of the crew, read and not yet checked against it.
struct StreamRequest: Equatable {
    var query = ""
    var history: [HistoryMessage] = []
    var session: SessionID?
    var resumeAgent: AgentID?
    var onDisconnect = OnDisconnect.goOn
    /// The id or name of the crew; absent means the first one.
    var crew: String?
}

/// What becomes of the run when its client leaves.
enum OnDisconnect: String, CaseIterable {
    case goOn = "continue"
    case cancel
}

/// One message of a conversation that a client brings along.
struct HistoryMessage: Equatable {
    var role: Role
    var content: String

    enum Role: String, CaseIterable {
        case user, assistant, system
    }

    var entry: ConversationEntry {
        switch role {
        case .user: .user(content)
        case .assistant: .agent(AgentMessage(agent: nil, text: content))
        case .system: .note(content)
        }
    }
}
