import CrewKit

extension CrewReader {
    /// Which calls a person has to allow: a word, or rules on the arguments.
    mutating func approval(_ name: String, of block: BlockReader) -> ToolApproval? {
        if let rules = block.block(name) {
            var tests: [ArgumentRule] = []
            for rule in rules.blocks("when") {
                if let rule = self.rule(rule) { tests.append(rule) }
            }
            return .when(tests)
        }
        switch block.text(name) {
        case "never": return .never
        case "always": return .always
        case "irreversible": return .irreversible
        default: return nil
        }
    }

    private static let ruleTests = [
        "equals", "one_of", "none_of", "matches", "above", "below", "present",
    ]

    private mutating func rule(_ block: BlockReader) -> ArgumentRule? {
        guard let argument = block.text("argument"), !argument.isEmpty,
            let name = only(of: Self.ruleTests, "the rule", in: block),
            let test = test(name, block)
        else { return nil }
        return ArgumentRule(argument, test)
    }

    /// What one key of a rule says; nothing when `KeyCheck` refused it.
    private mutating func test(_ name: String, _ block: BlockReader) -> ArgumentRule.Test? {
        let values = block.entry(name)?.value.list?.map(\.json)
        switch name {
        case "equals": return block.entry(name).map { .equals($0.value.json) }
        case "one_of": return values.map { .isOneOf($0) }
        case "none_of": return values.map { .isNoneOf($0) }
        case "matches": return block.text(name).map { .matches($0) }
        case "above": return block.number(name).map { .isAbove($0) }
        case "below": return block.number(name).map { .isBelow($0) }
        default:
            if block.flag(name) == false {
                problems.add(
                    .error, "out_of_range", at: block.place(of: name),
                    "'present' can only be true",
                    suggestion: "remove the rule, or name a value the argument has")
            }
            return .isPresent
        }
    }

    func policy(_ block: BlockReader) -> ToolPolicy {
        ToolPolicy(
            retry: block.block("retry").flatMap(retry), cache: block.block("cache").flatMap(cache),
            breaker: block.block("circuit_breaker").flatMap(breaker),
            rate: block.block("rate_limit").flatMap(rate))
    }

    private func retry(_ block: BlockReader) -> ToolPolicy.Retry? {
        guard let attempts = block.integer("attempts") else { return nil }
        var retry = ToolPolicy.Retry(attempts: attempts)
        retry.firstDelay = block.seconds("first_delay_seconds") ?? retry.firstDelay
        retry.maxDelay = block.seconds("max_delay_seconds") ?? max(retry.maxDelay, retry.firstDelay)
        return retry
    }

    private func cache(_ block: BlockReader) -> ToolPolicy.Cache? {
        guard let lifetime = block.seconds("seconds") else { return nil }
        var cache = ToolPolicy.Cache(lifetime: lifetime)
        cache.maxEntries = block.integer("entries") ?? cache.maxEntries
        cache.maxBytes = block.integer("bytes") ?? cache.maxBytes
        return cache
    }

    private func breaker(_ block: BlockReader) -> ToolPolicy.Breaker? {
        guard let failures = block.integer("failures") else { return nil }
        var breaker = ToolPolicy.Breaker(failures: failures)
        breaker.pause = block.seconds("pause_seconds") ?? breaker.pause
        return breaker
    }

    private func rate(_ block: BlockReader) -> ToolPolicy.Rate? {
        block.integer("calls").map {
            ToolPolicy.Rate(calls: $0, per: block.seconds("per_seconds") ?? .seconds(60))
        }
    }
}
