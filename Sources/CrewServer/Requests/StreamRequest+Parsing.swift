import CrewKit
import NIOCore

extension StreamRequest {
    /// Reads a GET: `q` is the text itself, or a JSON object like the body of a POST.
    init(query string: QueryString) throws(CrewError) {
        guard let text = try string.value(of: "q") else {
            throw CrewError(.invalidInput, "Query is required")
        }
        let value = try? JSONValue(parsing: text)  // text that is not JSON is the query itself
        if let object = value?.object {
            try self.init(object)
        } else {
            self.init(query: text)
        }
        try read(string)
    }

    /// Reads a POST: a JSON object; where the body is none, `q` counts as in a GET.
    init(body: ByteBuffer, contentType: String?, query string: QueryString) throws(CrewError) {
        do {
            try self.init(body: body, contentType: contentType)
            try read(string)
        } catch let problem {
            guard try string.value(of: "q") != nil else { throw problem }
            try self.init(query: string)
        }
    }

    private init(body: ByteBuffer, contentType: String?) throws(CrewError) {
        guard body.readableBytes > 0 else {
            throw CrewError(.invalidInput, "Query is required: the body is empty")
        }
        try self.init(JSONBody.object(in: body, contentType: contentType))
    }

    private init(_ object: JSONObject) throws(CrewError) {
        query = try object.text("query") ?? ""
        history = try HistoryMessage.list(object["history"])
        try set(
            session: object.text("session_id"), resumeAgent: object.text("resume_agent"),
            onDisconnect: object.text("on_disconnect"), crew: object.text("crew"))
    }

    /// Takes from the URL what the JSON did not say.
    private mutating func read(_ string: QueryString) throws(CrewError) {
        let isDefault = onDisconnect == .goOn
        try set(
            session: session == nil ? string.value(of: "session_id") : nil,
            resumeAgent: resumeAgent == nil ? string.value(of: "resume_agent") : nil,
            onDisconnect: isDefault ? string.value(of: "on_disconnect") : nil,
            crew: crew == nil ? string.value(of: "crew") : nil)
    }

    /// Empty texts count as absent: forms send fields that nobody filled in.
    private mutating func set(
        session: String?, resumeAgent: String?, onDisconnect: String?, crew: String?
    ) throws(CrewError) {
        if let session, !session.isEmpty {
            guard WrittenID.isWellFormed(session) else {
                throw CrewError(.invalidInput, "session_id must be \(WrittenID.form)")
            }
            self.session = SessionID(session)
        }
        if let crew, !crew.isEmpty { self.crew = crew }
        if let resumeAgent, !resumeAgent.isEmpty { self.resumeAgent = AgentID(resumeAgent) }
        if let onDisconnect, !onDisconnect.isEmpty {
            guard let value = OnDisconnect(rawValue: onDisconnect) else {
                throw CrewError(.invalidInput, "on_disconnect must be 'continue' or 'cancel'")
            }
            self.onDisconnect = value
        }
    }
}

extension HistoryMessage {
    /// The messages of a `history` member; absent means none.
    static func list(_ value: JSONValue?) throws(CrewError) -> [HistoryMessage] {
        guard let value, !value.isNull else { return [] }
        guard let elements = value.array else {
            throw CrewError(.invalidInput, "Invalid history: it must be an array of messages")
        }
        var messages: [HistoryMessage] = []
        for (position, element) in elements.enumerated() {
            guard let object = element.object, let role = try object.text("role") else {
                throw CrewError(
                    .invalidInput,
                    "Invalid history: message \(position) must be {\"role\": …, \"content\": …}")
            }
            guard let role = HistoryMessage.Role(rawValue: role) else {
                throw CrewError(
                    .invalidInput,
                    "Invalid history: message \(position): invalid role '\(role.prefix(40))'; "
                        + "use user, assistant or system")
            }
            messages.append(HistoryMessage(role: role, content: try object.text("content") ?? ""))
        }
        return messages
    }
}

extension JSONObject {
    /// A text member; absent and `null` are the same.
    fileprivate func text(_ key: String) throws(CrewError) -> String? {
        guard let value = self[key], !value.isNull else { return nil }
        guard let text = value.string else {
            throw CrewError(
                .invalidInput, "\(key) must be a string, and is of type \(value.typeName)")
        }
        return text
    }
}
