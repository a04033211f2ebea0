public import CrewKit
public import Foundation

/// Built-in tools that look at the conversation in which they are called.
public enum ConversationTools {
    /// All of them.
    ///
    /// - Parameter now: tells the time to `GetCurrentTime`.
    public static func all(
        now: @escaping @Sendable () -> Date = { Date() }  // default
    ) -> [any Tool] {
        [messageCount, summary, search, countBy, currentTime(now)]
    }

    private static let messageCount = ConversationTool(
        "GetMessageCount", "Counts the messages of this conversation, by who wrote them."
    ) { _, call in
        let messages = SaidMessage.all(in: call.conversation)
        return "\(plural(messages.count)): \(byRole(messages))"
    }

    private static let summary = ConversationTool(
        "GetConversationSummary",
        "Sums up this conversation: its size, the user's name and what they said of themselves, "
            + "the first and the latest request, who answered and which tools were used."
    ) { _, call in ConversationSummary(of: SaidMessage.all(in: call.conversation)).text }

    private static let search = ConversationTool(
        "SearchMessages",
        "Searches what was said in this conversation before the present request. The best match "
            + "comes first.",
        properties: [
            "query": [
                "type": "string", "description": "words to look for", "minLength": 1,
                "maxLength": 500, "x-transform": ["trim"],
            ],
            "limit": [
                "type": "integer", "description": "messages to return at most", "minimum": 1,
                "maximum": 50, "default": 10,
            ],
        ],
        required: ["query"]
    ) { arguments, call in
        let query = arguments["query"]?.string ?? ""
        let hits = try ConversationSearch(query).hits(in: earlier(call))
        guard !hits.isEmpty else { return "No earlier message matches." }
        let limit = arguments["limit"]?.integer ?? 10
        let lines = hits.prefix(limit).map { hit in
            "[\(hit.message.number)] \(who(hit.message)), relevance \(hit.relevance): "
                + hit.message.excerpt()
        }
        let rest = hits.count - lines.count
        return (["\(plural(hits.count)) found"] + lines + (rest > 0 ? ["and \(rest) more"] : []))
            .joined(separator: "\n")
    }

    private static let countBy = ConversationTool(
        "CountMessagesBy",
        "Counts messages of this conversation: those of one role, or those in which some words "
            + "stand. The present request is not searched for words.",
        properties: [
            "filter_by": [
                "type": "string", "description": "what is counted", "enum": ["role", "keyword"],
            ],
            "filter_value": [
                "type": "string",
                "description": "a role (user, assistant, tool, system, all), or the words",
                "minLength": 1, "maxLength": 500, "x-transform": ["trim"],
            ],
        ],
        required: ["filter_by", "filter_value"]
    ) { arguments, call in
        let value = arguments["filter_value"]?.string ?? ""
        guard arguments["filter_by"] == "role" else {
            let search = ConversationSearch(value)
            let found = try earlier(call).filter {
                try Task.checkCancellation()
                return search.isIn($0.text)
            }
            return "\(plural(found.count)) with '\(value)': \(byRole(found))"
        }
        let messages = SaidMessage.all(in: call.conversation)
        let word = value.lowercased()
        if word == "all" { return "\(plural(messages.count)): \(byRole(messages))" }
        guard let role = SaidMessage.Role(rawValue: word) else {
            throw ToolFailure(
                .parameter, "'\(value.prefix(40))' is not a role",
                hint: "use user, assistant, tool, system or all", isWithoutEffect: true)
        }
        return "\(plural(messages.count { $0.role == role })) of role \(word)"
    }

    private static func currentTime(_ now: @escaping @Sendable () -> Date) -> ConversationTool {
        ConversationTool(
            "GetCurrentTime", "Tells the present date, time and day of the week in UTC.",
            readsConversation: false
        ) { _, _ in
            let days = [
                "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
            ]
            let now = now()
            // 1970-01-01 was a Thursday.
            let day = Int((now.timeIntervalSince1970 / 86_400).rounded(.down))
            return "\(now.ISO8601Format()), \(days[((day % 7) + 7) % 7])"
        }
    }
}

extension ConversationTools {
    /// What was said before the request that is being worked on.
    private static func earlier(_ call: ToolInvocation) -> [SaidMessage] {
        let messages = SaidMessage.all(in: call.conversation)
        let present = messages.lastIndex { $0.role == .user } ?? messages.endIndex
        return Array(messages[..<present])
    }

    static func plural(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }

    static func byRole(_ messages: [SaidMessage]) -> String {
        SaidMessage.Role.allCases.map { role in
            "\(messages.count { $0.role == role }) \(role.rawValue)"
        }.joined(separator: ", ")
    }

    private static func who(_ message: SaidMessage) -> String {
        message.speaker.map { "\(message.role.rawValue) \($0)" } ?? message.role.rawValue
    }
}
