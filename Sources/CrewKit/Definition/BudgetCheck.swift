/// Looks over the budgets of a crew and its agents.
struct BudgetCheck {
    private(set) var problems: [DefinitionProblem] = []

    init(_ crew: CrewDefinition) {
        check(crew.settings.budgets, at: .crew("settings", "budgets"))
        for agent in crew.agents {
            check(agent.budgets, at: .agent(agent.id, "budgets"))
            checkFit(of: agent, into: crew.settings.budgets + agent.budgets)
        }
    }

    private mutating func add(
        _ severity: DefinitionProblem.Severity, _ code: String, at path: DefinitionPath,
        _ message: String, suggestion: String? = nil
    ) {
        problems.append(
            DefinitionProblem(severity, code, at: path, message, suggestion: suggestion))
    }

    private mutating func check(_ limits: [BudgetLimit], at path: DefinitionPath) {
        if let limit = limits.first(where: { $0.amount < 0 }) {
            add(
                .error, "out_of_range", at: path,
                "a budget of \(limit.measure.rawValue) must be at least 0, got \(limit.amount)")
        }
        if limits.contains(where: { $0.warnings.contains { !($0 > 0 && $0 <= 1) } }) {
            add(
                .error, "out_of_range", at: path,
                "the shares at which a budget warns must be above 0 and at most 1")
        }
    }

    /// An agent whose replies may be longer than a call allows would never be asked.
    private mutating func checkFit(of agent: AgentDefinition, into limits: [BudgetLimit]) {
        guard let most = agent.maxOutputTokens else { return }
        let tightest = limits.filter {
            $0.scope == .call && $0.mode == .block && [.tokens, .outputTokens].contains($0.measure)
        }.map(\.amount).min()
        guard let tightest, tightest < most else { return }
        add(
            .error, "no_call_fits", at: .agent(agent.id, "max_tokens"),
            "max_tokens of agent '\(agent.id)' is \(most), and a call may take \(tightest) tokens; "
                + "no call fits",
            suggestion: "lower max_tokens, or raise the limit of a call")
    }
}
