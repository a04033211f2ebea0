import CrewKit

/// What several operations take.
extension Operation.Parameter {
    static let run = Self("run", in: .path, Schema.id, "The id of a run.")
    static let crew = Self(
        "crew", in: .path, ["type": "string", "minLength": 1], "The id of a crew, or its name.")
    static let session = Self("session", in: .path, Schema.id, "The id of a conversation.")
    static let approval = Self(
        "approval", in: .path, Schema.integer(1...Int.max), "The id of a call that waits.")
    static let artifact = Self(
        "name", in: .path, ["type": "string", "minLength": 1], "The name of an artifact.")

    static let ifMatch = Self(
        "If-Match", in: .header, tags,
        "Only when this is the run's version: the ETag that the client knows.")
    static let ifNoneMatch = Self(
        "If-None-Match", in: .header, tags, "Answers 304 when this is the run's version.")
    static let idempotencyKey = Self(
        "Idempotency-Key", in: .header, ["type": "string", "pattern": "^[\\x21-\\x7E]{1,255}$"],
        "The same request sent again with it is answered with the same run.")
    static let prefer = Self(
        "Prefer", in: .header, ["type": "string", "examples": ["wait", "wait=10"]],
        "`wait` or `wait=SECONDS` (at most 300) waits until the run is at rest.")
    static let lastEventID = Self(
        "Last-Event-ID", in: .header, Schema.integer(0...Int.max),
        "The last event that the client has seen.")

    static let after = Self(
        "after", in: .query, Schema.integer(0...Int.max), "Only what comes after this event.")
    static let onDisconnect = Self(
        "on_disconnect", in: .query, Schema.choice(OnDisconnect.self),
        "Whether the run goes on without its client.")

    static func limit(_ most: Int, usually usual: Int) -> Self {
        var schema = Schema.integer(1...most).object ?? [:]
        schema["default"] = .integer(usual)
        return Self("limit", in: .query, .object(schema), "How many at most.")
    }

    /// What lists of runs take.
    static let runList: [Self] = [
        Self(
            "status", in: .query,
            ["type": "string", "pattern": .string(statuses), "examples": ["running,paused"]],
            "One status, or several with commas."),
        Self("session_id", in: .query, Schema.idParameter, "Only the runs of this conversation."),
        Self("order", in: .query, Schema.choice(["newest", "oldest"]), "What comes first."),
        limit(200, usually: 50),
        Self("cursor", in: .query, Schema.text, "`next` of the page before."),
    ]

    private static let tags: JSONValue = [
        "type": "string",
        "pattern": #"^\*$|^(W/)?"[^"]*"(\s*,\s*(W/)?"[^"]*")*$"#,
        "examples": ["\"12\""],
    ]

    private static var statuses: String {
        let word = "(" + RunRecord.Status.Name.allCases.map(\.rawValue).joined(separator: "|") + ")"
        return "^(\(word)(,\(word))*)?$"
    }
}
