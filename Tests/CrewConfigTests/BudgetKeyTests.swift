import CrewConfig
import CrewKit
import Testing

@Suite("Budgets in files")
struct BudgetKeyTests {
    /// The model of these tests has no known price, and some budgets leave no room for a call, which
    /// is no matter here.
    private static func isOdd(_ problem: String) -> Bool {
        !problem.contains("note") && !problem.hasSuffix("unknown_price")
            && !problem.hasSuffix("no_call_fits")
    }

    private func settings(_ yaml: String) throws -> CrewSettings {
        let folder = try CrewFiles(oneAgent(crew: "settings: {\(yaml)}"))
        #expect(try folder.problems().filter(Self.isOdd) == [])
        return try folder.load().definition.settings
    }

    private func agent(_ yaml: String) throws -> AgentDefinition {
        let folder = try CrewFiles(oneAgent(yaml))
        #expect(try folder.problems().filter(Self.isOdd) == [])
        return try #require(try folder.load().definition.agents.first)
    }

    /// One quota of the original's `settings`, and the limit that it is.
    static let quotas: [(key: String, limit: BudgetLimit)] = [
        (
            "max_tokens_per_call: 4000",
            BudgetLimit(.tokens, per: .call, amount: 4_000, warnings: [])
        ),
        (
            "max_tokens_per_day: 100000",
            BudgetLimit(.tokens, per: .crew, within: .day, amount: 100_000)
        ),
        (
            "max_cost_per_day: 0.3",
            BudgetLimit(.cost, per: .crew, within: .day, amount: 300_000_000)
        ),
        (
            "max_calls_per_minute: 60",
            BudgetLimit(.calls, per: .crew, within: .minute, amount: 60, warnings: [])
        ),
        ("max_calls_per_hour: 7", BudgetLimit(.calls, per: .crew, within: .hour, amount: 7)),
        ("max_calls_per_day: 8", BudgetLimit(.calls, per: .crew, within: .day, amount: 8)),
        (
            "max_memory_mb: 512",
            BudgetLimit(.bytes, per: .call, amount: 536_870_912, warnings: [])
        ),
        (
            "max_daily_memory_gb: 10",
            BudgetLimit(.bytes, per: .crew, within: .day, amount: 10_737_418_240)
        ),
        ("max_errors_per_hour: 10", BudgetLimit(.errors, per: .crew, within: .hour, amount: 10)),
        ("max_errors_per_day: 50", BudgetLimit(.errors, per: .crew, within: .day, amount: 50)),
        (
            "max_consecutive_errors: 5",
            BudgetLimit(.errorsInARow, per: .crew, within: .hour, amount: 5)
        ),
    ]

    @Test("Each quota of the original is a limit in true units", arguments: quotas.indices)
    func quota(_ index: Int) throws {
        let (key, limit) = Self.quotas[index]
        #expect(try settings(key).budgets == [limit])
        var warning = limit
        warning.mode = .warn
        #expect(try settings("\(key), block_on_quota_exceed: false").budgets == [warning])
    }

    @Test("Absent quotas and those of 0 are no limits, unlike the original's defaults")
    func noQuota() throws {
        #expect(try settings("max_rounds: 3").budgets == [])
        let zeros = Self.quotas.map { "\($0.key.prefix { $0 != ":" }): 0" }
        #expect(try settings(zeros.joined(separator: ", ")).budgets == [])
        #expect(try settings("language: en").modelRetry == ModelRetryPolicy())
    }

    @Test("Alert shares are for the limits of a day that they name; 0 gives no warning")
    func alerts() throws {
        let both = try settings(
            "max_cost_per_day: 1, max_daily_memory_gb: 1, max_calls_per_day: 1, "
                + "cost_alert_threshold: 0.5, memory_alert_percent: 60")
        #expect(both.budgets.map(\.warnings) == [[0.5], [0.6], [0.75, 0.9]])
        let none = try settings("max_cost_per_day: 1, cost_alert_threshold: 0")
        #expect(none.budgets.map(\.warnings) == [[]])
    }

    @Test("Waits, slow calls and the life of endpoints are read in the original's units")
    func waits() throws {
        let settings = try settings(
            "retry_backoff_min_millis: 250, retry_backoff_max_seconds: 2.5, "
                + "slow_call_threshold_seconds: 20, client_cache_ttl_minutes: 30, "
                + "prices: more/prices.json")
        #expect(settings.modelRetry.firstDelay == .milliseconds(250))
        #expect(settings.modelRetry.longestDelay == .milliseconds(2_500))
        #expect(settings.slowCall == .seconds(20))
        #expect(settings.endpointLifetime == .seconds(1_800))
        #expect(settings.pricesFile?.hasSuffix("/more/prices.json") == true)
        #expect(try self.settings("language: en").slowCall == nil)
        let early = try self.settings("retry_backoff_min_millis: 20000")
        #expect(early.modelRetry.longestDelay == .seconds(20))
    }

    @Test("Nested cost limits win over flat ones, key by key; flat ones alone count too")
    func precedence() throws {
        let flat = try agent(
            "max_tokens_per_call: 10\nmax_cost_per_day: 2\ncost_alert_threshold: 0.5\n"
                + "enforce_cost_limits: false")
        #expect(
            flat.budgets == [
                BudgetLimit(.tokens, per: .call, amount: 10, mode: .warn, warnings: []),
                BudgetLimit(
                    .cost, per: .agent, within: .day, amount: 2_000_000_000, mode: .warn,
                    warnings: [0.5]),
            ])
        let folder = try CrewFiles(
            oneAgent(
                "max_tokens_per_call: 10\nmax_cost_per_day: 2\nenforce_cost_limits: false\n"
                    + "cost_limits: {max_tokens_per_call: 20, max_cost_per_day_usd: 0, "
                    + "enforce: true, max_tokens_per_day: 5}"))
        #expect(try folder.load().definition.agents.first?.budgets.map(\.amount) == [20, 5])
        #expect(
            try folder.load().definition.agents.first?.budgets.allSatisfy { $0.mode == .block }
                == true)
        let found = try folder.load().problems(tools: []).map(\.problem.code)
        #expect(found.filter { $0 == "conflicting_keys" }.count == 2)
    }

    @Test(
        "Every word for blocking is understood",
        arguments: [
            "cost_limits: {max_tokens_per_day: 5, block_on_cost_exceed: false}",
            "cost_limits: {max_tokens_per_day: 5, enforce: false}",
            "cost_limits: {max_tokens_per_day: 5, enforce_cost_limits: false}",
            "enforce_cost_limits: false\ncost_limits: {max_tokens_per_day: 5}",
            "memory_limits: {max_per_day_mb: 1.5, block_on_memory_exceed: false}",
            "memory_limits: {max_per_day_mb: 1.5, enforce: false}",
            "error_limits: {max_per_day: 3, block_on_error_exceed: false}",
            "error_limits: {max_per_day: 3, enforce: false}",
        ])
    func modes(_ yaml: String) throws {
        let warning = try #require(try agent(yaml).budgets.first)
        #expect(warning.mode == .warn)
        #expect(warning.scope == .agent)
        #expect(warning.window == .day)
        let blocking = try agent(yaml.replacing("false", with: "true")).budgets
        #expect(blocking.map(\.mode) == [.block])
        if warning.measure == .bytes { #expect(warning.amount == 1_572_864) }
    }

    @Test("An entry of budgets is one limit for each of its measures, in the kernel's units")
    func budgets() throws {
        let crew = try settings(
            """
            budgets: [{cost_usd: 0.25, seconds: 1.5, megabytes: 2, tokens: 9, within: hour,
            mode: warn, warn_at: [0.9, 0.5, 0.5]}, {per: run, calls: 0, input_tokens: 1,
            output_tokens: 2, cached_tokens: 3, reasoning_tokens: 4, errors: 5, errors_in_a_row: 6},
            {per: call, output_tokens: 7}, {per: tenant, within: minute, calls: 8}]
            """.replacing("\n", with: " "))
        #expect(
            crew.budgets == [
                BudgetLimit(
                    .tokens, per: .crew, within: .hour, amount: 9, mode: .warn,
                    warnings: [0.5, 0.9]),
                BudgetLimit(
                    .cost, per: .crew, within: .hour, amount: 250_000_000, mode: .warn,
                    warnings: [0.5, 0.9]),
                BudgetLimit(
                    .time, per: .crew, within: .hour, amount: 1_500, mode: .warn,
                    warnings: [0.5, 0.9]),
                BudgetLimit(
                    .bytes, per: .crew, within: .hour, amount: 2_097_152, mode: .warn,
                    warnings: [0.5, 0.9]),
                BudgetLimit(.inputTokens, per: .run, amount: 1),
                BudgetLimit(.outputTokens, per: .run, amount: 2),
                BudgetLimit(.cachedTokens, per: .run, amount: 3),
                BudgetLimit(.reasoningTokens, per: .run, amount: 4),
                BudgetLimit(.calls, per: .run, amount: 0),
                BudgetLimit(.errors, per: .run, amount: 5),
                BudgetLimit(.errorsInARow, per: .run, amount: 6),
                BudgetLimit(.outputTokens, per: .call, amount: 7, warnings: []),
                BudgetLimit(.calls, per: .tenant, within: .minute, amount: 8, warnings: []),
            ])
        let agent = try agent(
            "budgets:\n  - {tokens: 1, warn_at: []}\n  - {per: session, calls: 2}")
        #expect(
            agent.budgets == [
                BudgetLimit(.tokens, per: .agent, amount: 1, warnings: []),
                BudgetLimit(.calls, per: .session, amount: 2),
            ])
    }

    @Test("Warnings before an agent's own limits can be turned off")
    func quietAgent() throws {
        let agent = try agent("budgets: [{tokens: 1}]\nlogging: {enable_quota_warnings: false}")
        #expect(agent.budgets == [BudgetLimit(.tokens, per: .agent, amount: 1, warnings: [])])
    }

    @Test("A call that may reply with more than a call may take is refused, whoever set the limit")
    func noCallFits() throws {
        let limit = "settings: {max_tokens_per_call: 100}"
        let folder = try CrewFiles(oneAgent("max_tokens: 101", crew: limit))
        #expect(try folder.problems() == ["agents/a.yaml:4:13: error no_call_fits"])
        #expect(try CrewFiles(oneAgent("max_tokens: 80", crew: limit)).problems() == [])
        // What is asked takes room too.
        let whole = try CrewFiles(oneAgent("max_tokens: 100", crew: limit))
        #expect(try whole.problems() == ["crew.yaml:2:1: error no_call_fits"])
        let warned = "settings: {max_tokens_per_call: 100, block_on_quota_exceed: false}"
        #expect(try CrewFiles(oneAgent("max_tokens: 101", crew: warned)).problems() == [])
    }

    @Test(
        "A limit on cost without a known price is told, unless it only warns or the price is known")
    func unknownPrice() throws {
        func codes(_ agent: String, crew: String = "") throws -> [String] {
            try CrewFiles([
                "crew.yaml": "agents: [a]\n" + crew, "agents/a.yaml": "id: a\nname: A\n" + agent,
            ]).load().problems(tools: []).map(\.problem.code)
        }
        let limit = "settings: {max_cost_per_day: 1}"
        let told = ["unknown_price"]
        #expect(try codes("primary: {provider: openai, model: m}", crew: limit) == told)
        #expect(try codes("primary: {provider: openai, model: gpt-5.4}", crew: limit) == [])
        #expect(try codes("primary: {provider: auto, model: m}", crew: limit) == [])
        #expect(try codes("primary: {provider: ollama, model: m}", crew: limit) == [])
        #expect(
            try codes(
                "primary: {provider: ollama, model: m, base_url: 'http://gpu.example'}",
                crew: limit) == told)
        #expect(
            try codes(
                "primary: {provider: openai, model: m}\n"
                    + "cost_limits: {input_token_price_per_million: 0, "
                    + "output_token_price_per_million: 0}", crew: limit) == [])
        #expect(
            try codes(
                "primary: {provider: openai, model: gpt-5.4}\n"
                    + "backup: {provider: openai, model: m}", crew: limit) == told)
        #expect(
            try codes(
                "primary: {provider: openai, model: m}\nbudgets: [{cost_usd: 1, mode: warn}]")
                == told)
    }

    @Test(
        "What becomes of calls without a known price is told as it is",
        arguments: [
            (
                "block", DefinitionProblem.Severity.warning,
                "such calls are not made, and end the run"
            ),
            ("warn", .note, "such calls are made, and count as nothing"),
        ])
    func unknownPriceTold(
        _ mode: String, _ severity: DefinitionProblem.Severity, _ words: String
    ) throws {
        let problem = try #require(
            CrewFiles([
                "crew.yaml": "agents: [a]",
                "agents/a.yaml": "id: a\nname: A\nprimary: {provider: openai, model: m}\n"
                    + "budgets: [{cost_usd: 1, mode: \(mode)}]",
            ]).load().problems(tools: []).map(\.problem).first { $0.code == "unknown_price" })
        #expect(problem.severity == severity)
        #expect(problem.message.hasSuffix(words))
    }

    @Test("A budget per tenant needs no remark: keys name tenants")
    func tenants() throws {
        let limit = "budgets: [{per: tenant, calls: 8}]"
        for folder in [
            try CrewFiles(oneAgent(crew: "settings: {\(limit)}")), try CrewFiles(oneAgent(limit)),
        ] {
            let codes = try folder.load().problems(tools: []).map(\.problem.code)
            #expect(!codes.contains { $0.contains("tenant") }, "\(codes)")
        }
    }
}
