extension TurnPerformer {
    /// What a call of the agent has to keep to.
    func budget(of agent: ValidatedCrew.Agent, in state: RunState) -> CallBudget {
        CallBudget(
            lines: lines(of: agent, in: state), price: agent.definition.price, store: store.budgets,
            now: now)
    }

    private func lines(of agent: ValidatedCrew.Agent, in state: RunState) -> [BudgetLine] {
        let own = agent.definition.budgets.compactMap { limit in
            // The agent's part of its run or session: what others spend there is not counted.
            owner(of: limit.scope, agent.id, in: state)
                .map { limit.scope.isOfAgent ? $0 : "\($0)/\(agent.id)" }
                .map { BudgetLine(limit: limit, owner: $0) }
        }
        return sharedLines(of: agent.id, in: state) + own
    }

    /// The budgets that count for all agents, with those of the call that the run works for.
    private func sharedLines(of agent: AgentID, in state: RunState) -> [BudgetLine] {
        var lines = crew.settings.budgets.compactMap { limit in
            owner(of: limit.scope, agent, in: state).map { BudgetLine(limit: limit, owner: $0) }
        }
        if let bound = crew.settings.maxTokens {
            // It counts anew with each input: each has an account of its own.
            let limit = BudgetLimit(.tokens, per: .run, amount: bound, warnings: [])
            lines.append(BudgetLine(limit: limit, owner: "\(run)#\(state.allowances)"))
        }
        for inherited in state.caller?.budgets ?? [] where !lines.contains(inherited) {
            lines.append(inherited)
        }
        return lines
    }

    /// Absent where there is nobody whose spending could be counted.
    private func owner(of scope: BudgetScope, _ agent: AgentID, in state: RunState) -> String? {
        switch scope {
        case .call, .run: run.rawValue
        case .agent: "\(crew.name)/\(agent)"
        case .crew: crew.name
        case .session: state.session?.rawValue
        case .tenant: state.tenant
        }
    }

    /// The budgets that count for runs that work for a call of the agent's too: not those of the
    /// agent itself, which does not make their calls.
    func inheritedBudgets(of agent: AgentID, in state: RunState) -> [BudgetLine]? {
        let lines = sharedLines(of: agent, in: state).filter { !$0.limit.scope.isOfAgent }
        return lines.isEmpty ? nil : lines
    }
}

extension BudgetScope {
    /// Whether it is counted for one agent or call anyway.
    fileprivate var isOfAgent: Bool { self == .call || self == .agent }
}
