import CrewKit
import Foundation

extension CrewReader {
    mutating func script(_ block: BlockReader, agents: [AgentID]) -> ScriptDefinition {
        var rules: [ScriptRule] = []
        for rule in block.blocks("rules") { rules.append(self.rule(rule, agents: agents)) }
        return ScriptDefinition(
            tokensPerSecond: block.number("tokens_per_second") ?? 0, rules: rules)
    }

    private mutating func rule(_ block: BlockReader, agents: [AgentID]) -> ScriptRule {
        let agent = block.text("agent").flatMap { $0.isEmpty ? nil : AgentID($0) }
        if let agent, !agents.contains(agent) {
            problems.add(
                .warning, "unknown_agent", at: block.place(of: "agent"),
                "the rule is for agent '\(agent)', which does not exist; it never answers",
                suggestion: NearestWord.suggestion(
                    for: agent.rawValue, among: agents.map(\.rawValue)))
        }
        return ScriptRule(
            agent: agent, userPattern: pattern("user_matches", of: block),
            afterTool: block.text("after_tool"),
            toolResultPattern: pattern("tool_result_matches", of: block), reply: reply(of: block))
    }

    private mutating func pattern(_ name: String, of block: BlockReader) -> String? {
        guard let pattern = block.text(name), !pattern.isEmpty else { return nil }
        do {
            // The same engine that the scripted model searches with.
            _ = try TextPattern(pattern)
        } catch {
            problems.add(
                .error, "invalid_pattern", at: block.place(of: name),
                "\(name) is not a regular expression",
                suggestion: "check its brackets; put a \\ before a bracket that is meant as itself")
        }
        return pattern
    }

    private mutating func reply(of rule: BlockReader) -> ScriptReply {
        guard let block = rule.block("reply") else {
            return ScriptReply(text: rule.text("reply") ?? "")
        }
        var reply = ScriptReply(
            text: block.text("text") ?? "", reasoning: block.text("reasoning") ?? "")
        for call in block.blocks("tool_calls") { reply.toolCalls.append(toolCall(call)) }
        reply.tokensPerSecond = block.number("tokens_per_second")
        reply.failure = block.block("error").map {
            ScriptFailure(
                kind: $0.text("kind") ?? "", message: $0.text("message") ?? "a scripted failure")
        }
        reply.usage = block.block("usage").map {
            let input = $0.integer("input_tokens")
            let output = $0.integer("output_tokens")
            return Usage(
                inputTokens: input, outputTokens: output,
                isComplete: input != nil && output != nil)
        }
        return reply
    }

    private mutating func toolCall(_ block: BlockReader) -> ScriptToolCall {
        let arguments = block.entry("arguments")?.value.json ?? [:]
        if arguments.object == nil {
            problems.add(
                .error, "wrong_type", at: block.place(of: "arguments"),
                "arguments must be a block, not \(arguments.typeName)",
                suggestion: "write {name: value}")
        }
        return ScriptToolCall(
            name: ToolName(block.text("name") ?? ""), arguments: arguments.object ?? [:])
    }
}
