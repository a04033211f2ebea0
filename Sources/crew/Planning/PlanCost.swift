import CrewKit

/// What the calls of a path may take at most: a full window and the longest reply each.
struct PlanCost: Sendable {
    struct Bound: Sendable {
        var tokens = 0
        /// Billionths of a US dollar, of the calls whose price is known.
        var nanodollars = 0
        /// Agents whose replies nothing bounds, and whose prices nobody knows.
        var unbounded: [String] = []
        var unpriced: [String] = []
    }

    private typealias Call = (input: Int, output: Int?, cost: Int?)

    private let calls: [PlanDecisions.Chooser: Call]

    init(_ crews: some Sequence<PlannedCrew>, prices: PriceTable) {
        var calls: [PlanDecisions.Chooser: Call] = [:]
        for crew in crews {
            for agent in crew.definition.agents {
                calls[.init(crew: crew.name, agent: agent.id)] = CallBound.most(
                    of: agent, in: crew.definition, prices: prices)
            }
        }
        self.calls = calls
    }

    func bound(of choosers: [PlanDecisions.Chooser]) -> Bound {
        var bound = Bound()
        for chooser in choosers {
            guard let call = calls[chooser] else { continue }
            let name = chooser.agent.rawValue
            bound.tokens += call.input + (call.output ?? 0)
            bound.nanodollars += call.cost ?? 0
            if call.output == nil, !bound.unbounded.contains(name) { bound.unbounded.append(name) }
            if call.cost == nil, call.output != nil, !bound.unpriced.contains(name) {
                bound.unpriced.append(name)
            }
        }
        return bound
    }

    /// The most that so many calls of any of these agents may take.
    func worst(of choosers: Set<PlanDecisions.Chooser>, calls count: Int) -> Bound {
        let dearest = choosers.map { bound(of: [$0]) }
        var worst = Bound()
        worst.tokens = count * (dearest.map(\.tokens).max() ?? 0)
        worst.nanodollars = count * (dearest.map(\.nanodollars).max() ?? 0)
        worst.unbounded = Set(dearest.flatMap(\.unbounded)).sorted()
        worst.unpriced = Set(dearest.flatMap(\.unpriced)).sorted()
        return worst
    }
}

extension PlanCost.Bound {
    /// Whether the tokens and the money are all that there can be.
    var isWhole: Bool { unbounded.isEmpty && unpriced.isEmpty }

    var text: String {
        let tokens = "\(unbounded.isEmpty ? "at most" : "more than") \(tokens) tokens"
        guard isWhole else {
            return nanodollars > 0 ? "\(tokens), more than \(Amounts.money(dollars))" : tokens
        }
        return "\(tokens), \(Amounts.money(dollars))"
    }

    var dollars: Double { Double(nanodollars) / 1e9 }

    var json: JSONValue {
        [
            "tokens": .integer(tokens), "cost": .number(dollars), "is_bound": .bool(isWhole),
            "without_max_tokens": .array(unbounded.map(JSONValue.string)),
            "without_price": .array(unpriced.map(JSONValue.string)),
        ]
    }
}
