extension TurnPerformer {
    /// What a call of the agent has to keep to.
    func budget(of agent: ValidatedCrew.Agent, in state: RunState) -> CallBudget {
        CallBudget(
            lines: lines(of: agent, in: state), price: agent.definition.price, store: store.budgets,
            now: now)
    }

    private func lines(of agent: ValidatedCrew.Agent, in state: RunState) -> [BudgetLine] {
        let owners = owners(agent.id, in: state)
        let own = agent.definition.budgets.compactMap { limit in
            owners.owner(of: limit.scope, isAgentsOwn: true)
                .map { BudgetLine(limit: limit, owner: $0) }
        }
        return sharedLines(of: agent.id, in: state) + own
    }

    private func owners(_ agent: AgentID, in state: RunState) -> BudgetOwners {
        BudgetOwners(
            crew: crew.name, agent: agent, run: run, session: state.session, tenant: state.tenant)
    }

    /// The budgets that count for all agents, with those of the call that the run works for.
    private func sharedLines(of agent: AgentID, in state: RunState) -> [BudgetLine] {
        let owners = owners(agent, in: state)
        var lines = crew.settings.budgets.compactMap { limit in
            owners.owner(of: limit.scope).map { BudgetLine(limit: limit, owner: $0) }
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

    /// The budgets that count for runs that work for a call of the agent's too: not those of the
    /// agent itself, which does not make their calls.
    func inheritedBudgets(of agent: AgentID, in state: RunState) -> [BudgetLine]? {
        let lines = sharedLines(of: agent, in: state).filter {
            $0.limit.scope != .call && $0.limit.scope != .agent
        }
        return lines.isEmpty ? nil : lines
    }
}
