import CrewKit

/// One tool for each way to hurt, and a few that behave.
enum FixtureTools {
    static let all: [any Tool] = gentle + Traps.all + Hangs.all + Floods.all + Leftovers.all

    private static let gentle: [any Tool] = [
        FixtureTool("echo") { call in call.arguments["text"]?.string ?? "" },
        FixtureTool("refuse") { _ in
            throw ToolFailure(
                .notFound, "There is no such city.", hint: "Ask for a larger one.",
                action: .correctArguments, isWithoutEffect: true)
        },
        FixtureTool("throw") { _ in throw CrewError(.toolFailed, "the city is closed") },
        FixtureTool("talk", readsConversation: true) { call in "\(call.conversation.count) entries"
        },
        FixtureTool("identify") { call in
            "\(call.call) \(call.idempotencyKey) \(call.run) \(call.agent)"
        },
        FixtureTool("keep") { call in
            let bytes = [UInt8](repeating: 7, count: call.arguments["count"]?.integer ?? 3)
            guard let artifacts = call.artifacts else { return "nobody keeps it" }
            try await artifacts.save(bytes, as: "report.bin", mediaType: "application/x")
            let found = try await artifacts.read("report.bin")
            let missing = try await artifacts.read("other.bin")
            return "\(found == bytes) \(missing == nil)"
        },
        FixtureTool("progress") { call in
            for step in 1...3 {
                await call.reports?.report(.init(done: Double(step), total: 3, message: "s\(step)"))
            }
            return "done"
        },
    ]
}

/// A tool made of a closure.
struct FixtureTool: Tool {
    let definition: ToolDefinition
    private let body: @Sendable (ToolInvocation) async throws -> String

    init(
        _ name: ToolName, timeout: Duration? = nil, limits: ResourceLimits = ResourceLimits(),
        readsConversation: Bool = false,
        _ body: @escaping @Sendable (ToolInvocation) async throws -> String
    ) {
        var definition = ToolDefinition(name: name, description: "", effect: .read)
        definition.timeout = timeout
        definition.limits = limits
        definition.readsConversation = readsConversation
        self.definition = definition
        self.body = body
    }

    func call(_ call: ToolInvocation) async throws -> String { try await body(call) }
}
