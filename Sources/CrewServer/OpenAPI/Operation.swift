import CrewKit

/// One thing that may be asked of the server, as its document tells it.
struct Operation: Sendable {
    /// What generated clients call it.
    var id: String
    let tag: Tag
    /// One line.
    var summary: String
    var details = ""
    var parameters: [Parameter] = []
    var body: Body?
    /// What may come of it when nothing goes wrong.
    var answers: [Answer]
    /// What it may be refused with, besides what every request may be.
    var refusals: [CrewError.Code] = []

    enum Tag: String, CaseIterable, Sendable {
        case runs, crews, sessions, spending, requests
        case stream = "event stream"
        case server
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable { case path, query, header }

        let name: String
        let place: Place
        let schema: JSONValue
        let summary: String
        var isRequired: Bool { place == .path }

        init(_ name: String, in place: Place, _ schema: JSONValue, _ summary: String) {
            self.name = name
            self.place = place
            self.schema = schema
            self.summary = summary
        }
    }

    /// A JSON object.
    struct Body: Sendable {
        let schema: JSONValue
        var isRequired = true
        var examples: [JSONValue] = []
    }

    struct Answer: Sendable {
        let status: Int
        let summary: String
        /// What may be in it; none where it has no body.
        var contents: [Content] = []
        var headers: [Header] = []
    }

    struct Content: Sendable {
        let type: String
        /// Of a stream that of each event.
        let schema: JSONValue
    }

    /// Headers that some answers have.
    enum Header: String, CaseIterable, Sendable {
        case eTag = "ETag"
        case location = "Location"
        case preferenceApplied = "Preference-Applied"
        case contentDisposition = "Content-Disposition"
        case allow = "Allow"
        case retryAfter = "Retry-After"
        case authenticate = "WWW-Authenticate"
    }
}

extension Operation.Answer {
    static func json(
        _ status: Int, _ summary: String, _ schema: JSONValue, _ headers: Operation.Header...
    ) -> Self {
        Self(
            status: status, summary: summary,
            contents: [Operation.Content(type: "application/json", schema: schema)],
            headers: headers)
    }

    static func nothing(_ status: Int, _ summary: String, _ headers: Operation.Header...) -> Self {
        Self(status: status, summary: summary, headers: headers)
    }

    static func run(_ status: Int, _ summary: String, _ headers: Operation.Header...) -> Self {
        Self(
            status: status, summary: summary,
            contents: [
                Operation.Content(type: "application/json", schema: Schema.reference("Run"))
            ], headers: headers + [.eTag])
    }

    static func stream(_ summary: String, _ event: String) -> Self {
        Self(status: 200, summary: summary, contents: [.stream(event)])
    }
}

extension Operation.Content {
    /// - Parameter data: the name of what the events' data holds.
    static func stream(_ data: String) -> Self {
        let schema: JSONValue = [
            "type": "object", "description": "One event of the stream.",
            "properties": [
                "event": Schema.text, "id": Schema.text, "retry": Schema.count,
                "data": [
                    "type": "string", "contentMediaType": "application/json",
                    "contentSchema": Schema.reference(data),
                ],
            ],
        ]
        return Self(type: "text/event-stream", schema: schema)
    }
}
