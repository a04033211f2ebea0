public import CrewKit

/// A request as an endpoint received it.
public struct ReceivedRequest: Sendable, Hashable {
    /// With the query.
    public var path: String
    /// By name in lower case.
    public var headers: [String: String]
    public var body: String

    /// Reads the text of an HTTP/1.1 request, its body included.
    public init(_ text: String) {
        let gap = text.firstRange(of: "\r\n\r\n")
        let head = gap.map { text[..<$0.lowerBound] } ?? text[...]
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        path = words.count > 1 ? String(words[1]) : ""
        headers = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        body = gap.map { String(text[$0.upperBound...]) } ?? ""
    }

    /// The body as JSON.
    public var json: JSONValue {
        get throws { try JSONValue(parsing: body) }
    }
}

/// What a wire's request said, in no vendor's words.
public struct SentRequest: Sendable, Hashable {
    /// A part of the conversation.
    public enum Turn: Sendable, Hashable {
        case user(String)
        case assistant(text: String, calls: [Call])
        case result(Result)
    }

    public struct Call: Sendable, Hashable {
        /// Absent where the wire sends none.
        public var id: String?
        public var name: String
        public var arguments: JSONValue

        public init(id: String?, name: String, arguments: JSONValue) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// The result of a tool call, which says by id or by name whose it is.
    public struct Result: Sendable, Hashable {
        public var call: String?
        public var name: String?
        public var output: String

        public init(call: String?, name: String?, output: String) {
            self.call = call
            self.name = name
            self.output = output
        }
    }

    public struct Tool: Sendable, Hashable {
        public var name: String
        public var description: String
        public var parameters: JSONValue

        public init(name: String, description: String, parameters: JSONValue) {
            self.name = name
            self.description = description
            self.parameters = parameters
        }
    }

    public var model: String
    public var key: String?
    public var system: String
    public var turns: [Turn]
    public var tools: [Tool] = []
    public var toolChoice = ToolChoice.auto
    public var temperature: Double?
    public var maxOutputTokens: Int?
    /// The schema that the reply has to follow.
    public var schema: JSONValue?

    public init(model: String, key: String?, system: String, turns: [Turn]) {
        self.model = model
        self.key = key
        self.system = system
        self.turns = turns
    }
}
