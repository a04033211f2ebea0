/// Finds agents whose smallest call does not fit into a budget: they would never be asked.
struct CallFitCheck {
    private(set) var problems: [DefinitionProblem] = []
    private let crew: CrewDefinition
    private let prices: PriceTable

    init(_ crew: CrewDefinition, prices: PriceTable) {
        self.crew = crew
        self.prices = prices
        let shared = crew.settings.budgets.filter(Self.isBinding)
        for agent in crew.agents {
            let own = agent.budgets.filter(Self.isBinding)
            guard !shared.isEmpty || !own.isEmpty || crew.settings.maxTokens != nil else {
                continue
            }
            let least = CallBound.least(of: agent, in: crew, prices: prices)
            if let limit = own.first(where: { Self.exceeds(least, $0) }) {
                add(agent, limit, least, at: .agent(agent.id, "budgets"))
            } else if let limit = shared.first(where: { Self.exceeds(least, $0) }) {
                add(agent, limit, least, at: .crew("settings", "budgets"))
            } else if let bound = crew.settings.maxTokens, bound > 0, least[.tokens] > bound {
                add(
                    agent, BudgetLimit(.tokens, per: .run, amount: bound), least,
                    at: .crew("settings", "max_tokens_per_run"))
            }
        }
    }

    /// A limit out of its range is told as that; one of nothing is meant so.
    private static func isBinding(_ limit: BudgetLimit) -> Bool {
        limit.mode == .block && limit.amount > 0
    }

    private static func exceeds(_ least: Spending, _ limit: BudgetLimit) -> Bool {
        switch limit.measure {
        case .tokens, .inputTokens, .outputTokens, .cost, .bytes:
            least[limit.measure] > limit.amount
        case .cachedTokens, .reasoningTokens, .calls, .time, .errors, .errorsInARow: false
        }
    }

    private mutating func add(
        _ agent: AgentDefinition, _ limit: BudgetLimit, _ least: Spending, at path: DefinitionPath
    ) {
        // Told of max_tokens already, which is what does not fit.
        if limit.scope == .call, [.tokens, .outputTokens].contains(limit.measure),
            let most = agent.maxOutputTokens, most > limit.amount
        {
            return
        }
        let isMoney = limit.measure == .cost
        func amount(_ count: Int) -> String {
            isMoney ? "\(Double(count) / 1e9) US dollars" : "\(count)"
        }
        problems.append(
            DefinitionProblem(
                // Which model answers may differ from the one that is priced here.
                isMoney ? .warning : .error, "no_call_fits", at: path,
                "the smallest call of agent '\(agent.id)' takes \(amount(least[limit.measure])) "
                    + "\(isMoney ? "" : "\(limit.measure.rawValue.split(separator: "_").joined(separator: " ")) ")"
                    + "by estimate, and the budget per \(limit.scope.rawValue) is "
                    + "\(amount(limit.amount)): no call is ever made",
                suggestion: "raise the budget, or shorten the prompt or max_tokens"))
    }
}

/// The least and the most that one model call of an agent may take, as budgets estimate it.
package enum CallBound {
    /// With its own prompt and an input of one letter.
    static func least(
        of agent: AgentDefinition, in crew: CrewDefinition, prices: PriceTable
    ) -> Spending {
        let prompt = SystemPrompt(crew: crew).text(for: agent)
        var messages: [PromptMessage] = prompt.isEmpty ? [] : [.system(prompt)]
        messages.append(.user("a"))
        let request = ModelRequest(
            agent: agent.id, messages: messages, maxOutputTokens: agent.maxOutputTokens)
        var least = CallEstimate(
            of: request, price: price(of: agent, prices: prices), history: CallHistory()
        ).least
        least.bytes = messages.reduce(0) { $0 + $1.text.utf8.count }
        return least
    }

    /// With its own prompt, a conversation that fills the window, and the longest reply, from the
    /// dearest of its models.
    ///
    /// The output is absent where nothing bounds it, and the cost where it or a price is unknown.
    package static func most(
        of agent: AgentDefinition, in crew: CrewDefinition, prices: PriceTable
    ) -> (input: Int, output: Int?, cost: Int?) {
        let prompt = SystemPrompt(crew: crew).text(for: agent)
        let input = TokenEstimate.byClass(of: prompt) + crew.settings.contextWindow
        let output = agent.maxOutputTokens
        let known =
            [prices.price(of: agent.primary) ?? agent.price]
            + agent.fallbacks.map { prices.price(of: $0.reference) }
        // What is free is so without a bound.
        if known.allSatisfy({ $0 == .free }) { return (input, output, 0) }
        guard let output, !known.contains(nil) else { return (input, output, nil) }
        let costs = known.compactMap { $0?.mostNanodollars(input: input, output: output) }
        return (input, output, costs.max())
    }

    /// The price of a model that is certain to be the one that is asked first.
    private static func price(of agent: AgentDefinition, prices: PriceTable) -> TokenPrice? {
        guard agent.primary.provider.lowercased() != "auto" else { return nil }
        return prices.price(of: agent.primary) ?? agent.price
    }
}
