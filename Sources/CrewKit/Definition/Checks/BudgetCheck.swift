/// Looks over the budgets of a crew and its agents.
struct BudgetCheck {
    private(set) var problems: [DefinitionProblem] = []
    private let prices: PriceTable

    init(_ crew: CrewDefinition, prices: PriceTable) {
        self.prices = prices
        check(crew.settings.budgets, at: .crew("settings", "budgets"))
        for agent in crew.agents {
            check(agent.budgets, at: .agent(agent.id, "budgets"))
            let limits = crew.settings.budgets + agent.budgets
            checkFit(of: agent, into: limits)
            let modes = limits.filter { $0.measure == .cost }.map(\.mode)
            if !modes.isEmpty { checkPrices(of: agent, blocks: modes.contains(.block)) }
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

    /// A limit on cost cannot be kept with a model whose price nobody knows.
    private mutating func checkPrices(of agent: AgentDefinition, blocks: Bool) {
        let models = [agent.primary] + agent.fallbacks.map(\.reference)
        // Which model `auto` becomes is not known yet, nor who answers for no model at all.
        let unknown = models.enumerated().filter { index, model in
            model.provider != "auto" && !model.model.isEmpty
                && (index > 0 || agent.price == nil) && prices.price(of: model) == nil
        }
        guard let first = unknown.first else { return }
        let names = unknown.map { "'\($0.element.model)' of \($0.element.provider)" }
        add(
            blocks ? .warning : .note, "unknown_price",
            at: first.offset == 0
                ? .agent(agent.id, "primary", "model") : .agent(agent.id, "fallbacks"),
            "a limit on cost counts for agent '\(agent.id)', and nobody knows what "
                + "\(names.joined(separator: ", ")) costs; "
                + (blocks
                    ? "such calls are not made, and end the run"
                    : "such calls are made, and count as nothing"),
            suggestion: "add 'price:' to the model, with 0 for free, or see 'crew prices import'")
    }
}
