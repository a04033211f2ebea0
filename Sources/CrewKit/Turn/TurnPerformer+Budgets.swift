extension TurnPerformer {
    /// What a call of the agent has to keep to.
    func budget(of agent: ValidatedCrew.Agent, in state: RunState) -> CallBudget {
        CallBudget(
            lines: lines(of: agent, in: state), price: agent.definition.price, store: store.budgets,
            now: now)
    }

    private func lines(of agent: ValidatedCrew.Agent, in state: RunState) -> [BudgetLine] {
        let limits = crew.settings.budgets + agent.definition.budgets
        var lines = limits.compactMap { line($0, of: agent.id, in: state) }
        if let bound = crew.settings.maxTokens {
            // It counts from the last input: each has an account of its own.
            let limit = BudgetLimit(.tokens, per: .run, amount: bound, warnings: [])
            lines.append(BudgetLine(limit: limit, owner: "\(run)/\(state.inputs)"))
        }
        for inherited in state.caller?.budgets ?? [] where !lines.contains(inherited) {
            lines.append(inherited)
        }
        return lines
    }

    private func line(
        _ limit: BudgetLimit, of agent: AgentID, in state: RunState
    ) -> BudgetLine? {
        let owner: String? =
            switch limit.scope {
            case .call, .run: run.rawValue
            case .agent: "\(crew.name)/\(agent)"
            case .crew: crew.name
            case .session: state.session?.rawValue
            case .tenant: state.tenant
            }
        return owner.map { BudgetLine(limit: limit, owner: $0) }
    }

    /// The budgets that count for runs that work for a call of the agent's too: not those of the
    /// agent itself, which does not make their calls.
    func inheritedBudgets(of agent: AgentID, in state: RunState) -> [BudgetLine]? {
        guard let definition = crew.agent(agent) else { return nil }
        let lines = lines(of: definition, in: state)
            .filter { $0.limit.scope != .call && $0.limit.scope != .agent }
        return lines.isEmpty ? nil : lines
    }
}
