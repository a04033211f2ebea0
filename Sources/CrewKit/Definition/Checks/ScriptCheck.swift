/// Looks over the replies of a crew's offline model.
struct ScriptCheck {
    private let crew: CrewDefinition
    private let tools: Set<ToolName>
    private(set) var problems: [DefinitionProblem] = []

    /// - Parameter tools: all that there are, the crew's own among them.
    init(_ crew: CrewDefinition, tools: Set<ToolName>) {
        self.crew = crew
        self.tools = tools
        let rules = crew.script?.rules ?? []
        for (index, rule) in rules.enumerated() {
            let path = DefinitionPath(.script).appending("rules").appending(index)
            checkTools(of: rule, at: path)
            checkPlaceholders(of: rule, at: path.appending("reply"))
            if let earlier = rules[..<index].firstIndex(where: { $0.answersBefore(rule) }) {
                problems.append(
                    DefinitionProblem(
                        .warning, "unreachable_rule", at: path,
                        "rule \(index + 1) never answers: rule \(earlier + 1) fits whenever it does",
                        suggestion: "move it above rule \(earlier + 1), or remove it"))
            }
        }
    }

    private mutating func checkTools(of rule: ScriptRule, at path: DefinitionPath) {
        if let name = rule.afterTool, name != "*", !isTool(ToolName(name)) {
            tellNoTool(
                name, "the rule waits for a result of tool '\(name)'", "; it never answers",
                at: path.appending("after_tool"))
        }
        for (index, call) in rule.reply.toolCalls.enumerated() where !isTool(call.name) {
            guard !call.name.rawValue.isEmpty else { continue }
            tellNoTool(
                call.name.rawValue, "the reply calls tool '\(call.name)'", "",
                at: path.appending("reply").appending("tool_calls").appending(index)
                    .appending("name"))
        }
    }

    private mutating func tellNoTool(
        _ name: String, _ what: String, _ so: String, at path: DefinitionPath
    ) {
        problems.append(
            DefinitionProblem(
                .warning, "unknown_tool", at: path, "\(what), which does not exist\(so)",
                suggestion: NearestWord.suggestion(
                    for: name, among: tools.map(\.rawValue))))
    }

    /// What servers offer is only known when they are asked, and `transfer_to_…` is the engine's own.
    private func isTool(_ name: ToolName) -> Bool {
        tools.contains(name) || name.rawValue.hasPrefix("transfer_to_")
            || crew.isServerTool(name) && ServerCheck.problem(of: name, in: crew) == nil
    }
}

extension ScriptCheck {
    private static let places =
        ["user", "tool_output"] + (0...9).flatMap { ["\($0)", "tool.\($0)"] }

    private mutating func checkPlaceholders(of rule: ScriptRule, at path: DefinitionPath) {
        var texts = [rule.reply.text, rule.reply.reasoning]
        for call in rule.reply.toolCalls { texts += call.arguments.flatMap { $0.value.texts } }
        var told: Set<String> = []
        for match in texts.flatMap({ $0.matches(of: /{{[ \t]*([A-Za-z0-9_.\-]{1,60})[ \t]*}}/) }) {
            let name = String(match.1)
            guard told.insert(name).inserted else { continue }
            if !Self.places.contains(name) {
                tell(
                    "nothing fills {{\(name)}} in a reply; it stays as it is written",
                    "known: {{user}}, {{tool_output}}, {{0}} to {{9}}, {{tool.0}} to {{tool.9}}",
                    String(match.0), at: path)
            } else if let needed = Self.needed(by: name, in: rule) {
                tell(
                    "{{\(name)}} is always empty in a reply of a rule without '\(needed)'",
                    "add '\(needed):', or leave the placeholder out", String(match.0), at: path)
            }
        }
    }

    /// The key without which nothing fills a placeholder, where it is missing.
    private static func needed(by name: String, in rule: ScriptRule) -> String? {
        switch name {
        case "user": nil
        case "tool_output": rule.afterTool == nil ? "after_tool" : nil
        case _ where name.hasPrefix("tool."):
            rule.toolResultPattern == nil ? "tool_result_matches" : nil
        default: rule.userPattern == nil ? "user_matches" : nil
        }
    }

    private mutating func tell(
        _ message: String, _ advice: String, _ words: String, at path: DefinitionPath
    ) {
        problems.append(
            DefinitionProblem(
                .warning, "unfilled_placeholder", at: path, message, suggestion: advice,
                words: words))
    }
}

extension ScriptRule {
    /// Whether this rule fits wherever the other one does, so that the other never answers.
    fileprivate func answersBefore(_ other: ScriptRule) -> Bool {
        guard agent == nil || agent == other.agent else { return false }
        let isSameTurn = afterTool == other.afterTool || afterTool == "*" && other.afterTool != nil
        return isSameTurn && (userPattern == nil || userPattern == other.userPattern)
            && (toolResultPattern == nil || toolResultPattern == other.toolResultPattern)
    }
}

extension JSONValue {
    /// All texts in it.
    fileprivate var texts: [String] {
        switch self {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(\.texts)
        case .object(let members): members.flatMap { $0.value.texts }
        default: []
        }
    }
}
