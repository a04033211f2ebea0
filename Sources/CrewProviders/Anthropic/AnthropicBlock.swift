import CrewKit

/// One block of a message's content while it is streamed, and what it is in the end.
struct AnthropicBlock: Sendable {
    let type: String
    /// What the block began with; members that we do not know stay in it.
    private let start: JSONObject
    /// What a text or a thought holds.
    private(set) var text = ""
    private var signature: String?
    private var partialInput = ""
    private var citations: [JSONValue] = []

    init(_ start: JSONObject) {
        self.start = start
        type = start["type"]?.string ?? ""
        text = start["text"]?.string ?? start["thinking"]?.string ?? ""
        signature = start["signature"]?.string
        citations = start["citations"]?.array ?? []
    }

    mutating func add(_ delta: JSONObject) {
        if let piece = delta["text"]?.string ?? delta["thinking"]?.string { text += piece }
        if let piece = delta["partial_json"]?.string { partialInput += piece }
        if let whole = delta["signature"]?.string { signature = whole }
        if let citation = delta["citation"] { citations.append(citation) }
    }

    /// What a call's arguments say; text that is not JSON is kept, so that the model can be told.
    var input: JSONValue {
        guard partialInput.utf8.contains(where: { $0 > 0x20 }) else {
            return start["input"].flatMap { $0.isNull ? nil : $0 } ?? [:]
        }
        guard let value = try? JSONValue(parsing: partialInput) else {  // not JSON: see above
            return .string(partialInput)
        }
        return value.isNull ? [:] : value
    }

    var id: String { start["id"]?.string ?? "" }
    var name: String { start["name"]?.string ?? "" }

    /// Whether the block is lost unless it is kept as it came.
    var isOpaque: Bool { type != "text" && type != "tool_use" }

    /// The block as it is sent back.
    var value: JSONValue {
        var members = start
        switch type {
        case "text":
            members["text"] = .string(text)
            if !citations.isEmpty { members["citations"] = .array(citations) }
        case "thinking":
            members["thinking"] = .string(text)
            members["signature"] = .string(signature ?? "")
        default:
            if start["input"] != nil || !partialInput.isEmpty { members["input"] = input }
        }
        return .object(members)
    }
}
