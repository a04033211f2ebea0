import CrewKit

/// A conversation as the messages API wants it.
///
/// System texts stand apart; roles take turns, beginning and ending with the user; the results of
/// calls open the user's message; texts are never blank.
struct AnthropicConversation {
    /// Stands where the API wants a user to speak and nobody did.
    private static let nudge = "Go on."

    private(set) var system: [JSONValue] = []
    private(set) var messages: [JSONValue] = []
    /// Whether a call of the loop that is under way was made without signed thoughts.
    private(set) var lacksThoughts = false

    private let model: String
    private let endpoint: String?
    private let names: WireToolNames
    private var ids = AnthropicCallIDs()
    private var role = ""
    /// Blocks of the message at hand; those of `results` come before those of `content`.
    private var results: [JSONValue] = []
    private var content: [JSONValue] = []

    init(
        _ request: ModelRequest, model: String, endpoint: String? = nil, names: WireToolNames
    ) {
        self.model = model
        self.endpoint = endpoint
        self.names = names
        // Thoughts of earlier turns may be left out, and are.
        let loopStart =
            request.messages.lastIndex {
                if case .user(let text) = $0 { return !text.isBlank }
                return false
            } ?? -1
        for (position, message) in request.messages.enumerated() {
            add(message, isInLoop: position > loopStart)
        }
        close()
        let nudge = Self.message("user", [Self.text(Self.nudge)])
        if messages.last?["role"] != "user" { messages.append(nudge) }
        if messages.first?["role"] != "user" { messages.insert(nudge, at: 0) }
    }

    private mutating func add(_ message: PromptMessage, isInLoop: Bool) {
        switch message {
        case .system(let text):
            if !text.isBlank { system.append(Self.text(text)) }
        case .user(let text):
            guard !text.isBlank else { return }
            open("user")
            content.append(Self.text(text))
        case .assistant(let text, let calls, let memo):
            guard !text.isBlank || !calls.isEmpty else { return }
            open("assistant")
            add(text, calls, isInLoop ? memo : nil, isInLoop: isInLoop)
        case .tool(let call, _, let output):
            open("user")
            var result: JSONObject = [
                "type": "tool_result", "tool_use_id": .string(ids.wireID(of: call)),
            ]
            if !output.isEmpty { result["content"] = .string(output) }
            results.append(.object(result))
        }
    }

    private mutating func add(
        _ text: String, _ calls: [ToolCall], _ memo: ModelMemo?, isInLoop: Bool
    ) {
        let uses = calls.map { call -> JSONValue in
            [
                "type": "tool_use", "id": .string(ids.wireID(of: call.id)),
                "name": .string(names.wireName(of: call.name)),
                "input": Self.input(call.arguments),
            ]
        }
        if let memo = AnthropicMemo(memo, model: model, endpoint: endpoint) {
            content += memo.content(text: text, calls: uses)
        } else {
            if isInLoop, !calls.isEmpty { lacksThoughts = true }
            if !text.isBlank { content.append(Self.text(text)) }
            content += uses
        }
    }

    /// Arguments are always an object; what was none is shown to the model in one.
    private static func input(_ arguments: JSONValue) -> JSONValue {
        arguments.object == nil ? ["input": arguments] : arguments
    }

    private mutating func open(_ role: String) {
        guard self.role != role else { return }
        close()
        self.role = role
    }

    private mutating func close() {
        let blocks = results + content
        if !blocks.isEmpty { messages.append(Self.message(role, blocks)) }
        results = []
        content = []
    }

    private static func message(_ role: String, _ blocks: [JSONValue]) -> JSONValue {
        ["role": .string(role), "content": .array(blocks)]
    }

    private static func text(_ text: String) -> JSONValue {
        ["type": "text", "text": .string(text)]
    }
}

/// Ids of calls as the API allows them, `[A-Za-z0-9_-]+`: another model may have made others.
struct AnthropicCallIDs {
    private var wireIDs: [ToolCallID: String] = [:]
    private var taken: Set<String> = []

    mutating func wireID(of id: ToolCallID) -> String {
        if let known = wireIDs[id] { return known }
        let isAllowed = { (scalar: Unicode.Scalar) in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || scalar == "_" || scalar == "-")
        }
        let scalars = id.rawValue.unicodeScalars.map { isAllowed($0) ? Character($0) : "_" }
        let base = scalars.isEmpty ? "call" : String(scalars)
        var wireID = base
        var number = 2
        while taken.contains(wireID) {
            wireID = "\(base)_\(number)"
            number += 1
        }
        taken.insert(wireID)
        wireIDs[id] = wireID
        return wireID
    }
}
