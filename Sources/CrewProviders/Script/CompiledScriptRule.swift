import CrewKit

/// A rule of a script, ready to be matched.
struct CompiledScriptRule: Sendable {
    private let rule: ScriptRule
    private let user: TextPattern?
    private let results: TextPattern?
    let failureCode: CrewError.Code?

    var reply: ScriptReply { rule.reply }

    init(_ rule: ScriptRule, number: Int) throws(CrewError) {
        self.rule = rule
        user = try Self.pattern(rule.userPattern, "user_matches", number)
        results = try Self.pattern(rule.toolResultPattern, "tool_result_matches", number)
        failureCode = try Self.failureCode(rule.reply.failure, number)
    }

    /// What fills the reply's templates when the rule fits; nil when it does not.
    func match(_ scene: ScriptScene) -> ScriptTemplate? {
        if let agent = rule.agent, agent != scene.agent { return nil }
        switch (rule.afterTool, scene.results.last) {
        case (nil, nil): break
        case (let tool?, let newest?) where tool == "*" || tool == newest.tool: break
        default: return nil
        }
        var template = ScriptTemplate(user: scene.userText, toolOutput: scene.toolOutput)
        if let user {
            guard let groups = user.groups(in: scene.userText) else { return nil }
            template.userGroups = groups
        }
        if let results {
            guard let groups = results.groups(in: scene.toolOutput) else { return nil }
            template.resultGroups = groups
        }
        return template
    }

    private static func pattern(
        _ text: String?, _ key: String, _ number: Int
    ) throws(CrewError) -> TextPattern? {
        guard let text else { return nil }
        do {
            return try TextPattern(text)
        } catch {
            throw CrewError(
                .invalidDefinition,
                "Rule \(number) of the script: \(key) is not a regular expression", cause: error)
        }
    }

    private static let failureCodes: [CrewError.Code] = [
        .modelUnreachable, .modelTimeout, .modelRateLimited, .modelOverloaded, .modelServerError,
        .modelStreamCut, .modelRejectedKey, .modelRejectedRequest, .modelNotFound,
        .modelQuotaExhausted, .modelContextOverflow, .modelContentFiltered,
        .modelAnsweredNonsense, .modelUnavailable,
    ]

    private static func failureCode(
        _ failure: ScriptFailure?, _ number: Int
    ) throws(CrewError) -> CrewError.Code? {
        guard let failure else { return nil }
        if let code = failureCodes.first(where: { $0.rawValue == "model_\(failure.kind)" }) {
            return code
        }
        let kinds = failureCodes.map { String($0.rawValue.dropFirst("model_".count)) }
        let suggestion = NearestWord.suggestion(for: failure.kind, among: kinds)
        throw CrewError(
            .invalidDefinition,
            "Rule \(number) of the script: unknown error kind '\(failure.kind)'"
                + (suggestion.map { "; \($0)" } ?? ""))
    }
}
