/// Whose accounts the calls of an agent are counted in.
package struct BudgetOwners: Sendable {
    package var crew: String
    package var agent: AgentID?
    package var run: RunID?
    package var session: SessionID?
    package var tenant: String?

    package init(
        crew: String, agent: AgentID? = nil, run: RunID? = nil, session: SessionID? = nil,
        tenant: String? = nil
    ) {
        self.crew = crew
        self.agent = agent
        self.run = run
        self.session = session
        self.tenant = tenant
    }

    /// The owner of the account of a limit; absent where there is nobody whose spending could be
    /// counted, or where nobody is named.
    ///
    /// - Parameter isAgentsOwn: whether the limit stands in the agent's file. Then only the agent's
    ///   part is counted, of its run or session too: what others spend there is not.
    package func owner(of scope: BudgetScope, isAgentsOwn: Bool = false) -> String? {
        switch scope {
        case .call: run?.rawValue
        case .agent: agent.map { "\(crew)/\($0)" }
        case .run: part(of: run?.rawValue, isAgentsOwn)
        case .crew: part(of: crew, isAgentsOwn)
        case .session: part(of: session?.rawValue, isAgentsOwn)
        case .tenant: part(of: tenant, isAgentsOwn)
        }
    }

    private func part(of whole: String?, _ isAgentsOwn: Bool) -> String? {
        guard isAgentsOwn, let agent else { return whole }
        return whole.map { "\($0)/\(agent)" }
    }
}
