public import CrewKit

/// The offline model of a crew: it answers with replies that were written next to it.
///
/// It needs no endpoint, thinks nothing, and says so: its name begins with "scripted".
public struct ScriptedLanguageModel: LanguageModel {
    public let name = "scripted replies"

    private let rules: [CompiledScriptRule]
    private let tokensPerSecond: Double
    private let clock: any Clock<Duration>

    /// Throws `invalidDefinition`, naming the rule, when a pattern or an error kind is wrong.
    public init(
        _ script: ScriptDefinition, clock: any Clock<Duration> = ContinuousClock()
    ) throws(CrewError) {
        var rules: [CompiledScriptRule] = []
        for (position, rule) in script.rules.enumerated() {
            rules.append(try CompiledScriptRule(rule, number: position + 1))
        }
        self.rules = rules
        tokensPerSecond = script.tokensPerSecond
        self.clock = clock
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        try Task.checkCancellation()
        let scene = ScriptScene(request)
        for rule in rules {
            guard let template = rule.match(scene) else { continue }
            return try await play(rule, template, request, progress)
        }
        throw noRule(for: scene)
    }

    private func play(
        _ rule: CompiledScriptRule, _ template: ScriptTemplate, _ request: ModelRequest,
        _ progress: @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let written = rule.reply
        let reasoning = template.fill(written.reasoning)
        let text = template.fill(written.text)
        let pace = ScriptPace(
            tokensPerSecond: written.tokensPerSecond ?? tokensPerSecond, clock: clock)
        try await pace.play(reasoning: reasoning, text: text, progress)
        if let code = rule.failureCode {
            throw CrewError(code, template.fill(written.failure?.message ?? ""))
        }
        let calls = written.toolCalls.enumerated().map { position, call in
            // Unique in the conversation: each call sees more messages than the last.
            ToolCall(
                id: ToolCallID("call_\(request.messages.count)_\(position)"), name: call.name,
                arguments: .object(template.fill(call.arguments)))
        }
        return ModelReply(
            text: text, reasoning: reasoning, toolCalls: calls,
            finish: calls.isEmpty ? .stop : .toolCalls, usage: written.usage)
    }

    private func noRule(for scene: ScriptScene) -> CrewError {
        let occasion =
            scene.results.last.map { "a result of the tool '\($0.tool)'" } ?? "this message"
        let key = scene.results.isEmpty ? "" : " and after_tool: \"*\""
        return CrewError(
            .modelUnavailable,
            "The script has no reply of agent '\(scene.agent)' to \(occasion). Add a rule with"
                + " agent: \(scene.agent)\(key) to script.yaml")
    }
}
