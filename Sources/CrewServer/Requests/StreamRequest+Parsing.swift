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
        let result = body.withUnsafeReadableBytes { bytes in
            let bytes = bytes.bindMemory(to: UInt8.self)
            return Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
        }
        switch result {
        case .failure(let error):
            if let contentType, !Self.mayHoldJSON(contentType) {
                throw CrewError(
                    .unsupportedMediaType, "the body must be JSON, and is said to be \(contentType)"
                )
            }
            throw CrewError(.invalidInput, "the body is \(error)")
        case .success(let value):
            guard let object = value.object else {
                throw CrewError(
                    .invalidInput,
                    "the body must be a JSON object, and is of type \(value.typeName)")
            }
            try self.init(object)
        }
    }

    /// Clients that name no type, or a wrong one that is text, are read all the same.
    private static func mayHoldJSON(_ contentType: String) -> Bool {
        let essence = contentType.prefix { $0 != ";" }.lowercased()
        return essence.hasSuffix("json") || essence.hasPrefix("text/plain")
    }

    private init(_ object: JSONObject) throws(CrewError) {
        query = try object.text("query") ?? ""
        history = try Self.history(object["history"])
        try set(
            session: object.text("session_id"), resumeAgent: object.text("resume_agent"),
            onDisconnect: object.text("on_disconnect"))
    }

    /// Takes from the URL what the JSON did not say.
    private mutating func read(_ string: QueryString) throws(CrewError) {
        let isDefault = onDisconnect == .goOn
        try set(
            session: session == nil ? string.value(of: "session_id") : nil,
            resumeAgent: resumeAgent == nil ? string.value(of: "resume_agent") : nil,
            onDisconnect: isDefault ? string.value(of: "on_disconnect") : nil)
    }

    /// Empty texts count as absent: forms send fields that nobody filled in.
    private mutating func set(
        session: String?, resumeAgent: String?, onDisconnect: String?
    ) throws(CrewError) {
        if let session, !session.isEmpty {
            guard Self.isSessionID(session) else {
                throw CrewError(
                    .invalidInput,
                    "session_id must be 1-128 letters, digits or any of _ - . : in ASCII")
            }
            self.session = SessionID(session)
        }
        if let resumeAgent, !resumeAgent.isEmpty { self.resumeAgent = AgentID(resumeAgent) }
        if let onDisconnect, !onDisconnect.isEmpty {
            guard let value = OnDisconnect(rawValue: onDisconnect) else {
                throw CrewError(.invalidInput, "on_disconnect must be 'continue' or 'cancel'")
            }
            self.onDisconnect = value
        }
    }

    private static func isSessionID(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", ":": true
                default: false
                }
            }
    }

    private static func history(_ value: JSONValue?) throws(CrewError) -> [HistoryMessage] {
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
