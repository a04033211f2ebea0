import CrewKit
import CrewTesting
import Synchronization

/// A tool that notes its calls and makes an artifact of each.
final class Ledger: Tool {
    let definition: ToolDefinition
    private let calls = Mutex<[JSONObject]>([])

    init(
        _ name: ToolName, effect: ToolEffect = .write, approval: ToolApproval = .never
    ) {
        definition = ToolDefinition(
            name: name, description: "notes", effect: effect, approval: approval)
    }

    var count: Int { calls.withLock { $0.count } }
    var arguments: [JSONObject] { calls.withLock { $0 } }

    func call(_ call: ToolInvocation) async throws -> String {
        let number = calls.withLock { calls in
            calls.append(call.arguments)
            return calls.count
        }
        try await call.artifacts?.save(
            Array("<b>\(number)</b>".utf8), as: "note-\(number).html", mediaType: "text/html")
        return "noted"
    }
}

extension ServerFixture {
    /// A crew whose agent may use one tool, which asks first.
    static func asking(_ tool: Ledger, _ replies: [ModelReply]) -> ServerFixture {
        var fixture = ServerFixture(
            agents: [AgentDefinition(id: "a", name: "An", tools: [tool.definition.name])],
            ["a": replies.map { .reply($0) }])
        fixture.tools = Toolbox([tool])
        return fixture
    }
}

extension ModelReply {
    /// A reply that calls tools with the argument `to`.
    static func calling(_ name: ToolName, _ targets: String...) -> ModelReply {
        ModelReply(
            text: "let me",
            toolCalls: targets.enumerated().map { offset, target in
                ToolCall(
                    id: ToolCallID("call-\(offset)"), name: name, arguments: ["to": .string(target)]
                )
            }, finish: .toolCalls)
    }
}
