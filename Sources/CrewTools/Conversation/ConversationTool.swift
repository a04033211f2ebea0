import CrewKit

/// A tool that reads the conversation and changes nothing.
struct ConversationTool: Tool {
    let definition: ToolDefinition
    private let answer: @Sendable (JSONObject, ToolInvocation) throws -> String

    init(
        _ name: ToolName, _ description: String, properties: JSONObject = [:],
        required: [String] = [], readsConversation: Bool = true,
        answer: @escaping @Sendable (JSONObject, ToolInvocation) throws -> String
    ) {
        var definition = ToolDefinition(
            name: name, description: description,
            parameters: [
                "type": "object", "properties": .object(properties),
                "required": .array(required.map { .string($0) }),
            ],
            effect: .read, isolation: .inProcess)
        definition.readsConversation = readsConversation
        definition.source = "built in"
        self.definition = definition
        self.answer = answer
    }

    func call(_ call: ToolInvocation) async throws -> String {
        // Checked again, so that a caller in code gets the same sentences as a model.
        try answer(try ArgumentCheck.arguments(.object(call.arguments), for: definition), call)
    }
}
