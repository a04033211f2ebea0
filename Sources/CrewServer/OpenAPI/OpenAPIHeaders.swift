import CrewKit

/// The headers of answers, as the document tells them.
enum OpenAPIHeaders {
    /// What any answer may have.
    static let general: [(name: String, summary: String)] = [
        ("X-Request-ID", "What the request, its log lines and its runs are found again by."),
        ("RateLimit", "What is left of the limits on requests."),
        ("RateLimit-Policy", "The limits on requests."),
    ]

    static var components: JSONValue {
        let known = Operation.Header.allCases.map { ($0.rawValue, $0.summary, $0.schema) }
        let all = general.map { ($0.name, $0.summary, Schema.text) } + known
        return .object(
            JSONObject(
                all.map { name, summary, schema in
                    (name, ["description": .string(summary), "schema": schema])
                }))
    }

    static func references(_ headers: [Operation.Header]) -> JSONValue {
        let names = general.map(\.name) + headers.map(\.rawValue)
        return .object(
            JSONObject(
                names.map { ($0, ["$ref": .string("#/components/headers/\($0)")]) }))
    }
}

extension Operation.Header {
    var summary: String {
        switch self {
        case .eTag: "The version of the run: its last sequence, in quotes."
        case .location: "The path of the run."
        case .preferenceApplied: "Says that the answer waited for the run."
        case .contentDisposition: "Asks to be kept as a file, not shown."
        case .allow: "The methods that the path knows."
        case .retryAfter: "Seconds after which the same request may succeed."
        case .authenticate: "How to say who asks."
        }
    }

    var schema: JSONValue {
        switch self {
        case .eTag: ["type": "string", "pattern": "^\"[0-9]+\"$"]
        case .retryAfter: Schema.integer(0...86_400)
        default: Schema.text
        }
    }
}
