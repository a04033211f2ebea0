import ArgumentParser
import CrewConfig
import CrewKit
import CrewServer
import CrewStore
import Foundation

extension UsageReport.Grouping: ExpressibleByArgument {}

/// Says what model calls spent.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Says what model calls spent.",
        discussion: """
            Days are those of UTC. By agent, model, day and crew everything counts, also of runs that \
            are no longer kept; by run and session the kept runs that began in these days. '≥' stands \
            before what is known of a sum of which a part is not.
            """)

    @OptionGroup var kept: KeptRuns

    @Option(help: "run, session, agent, model, day or crew.")
    var by = UsageReport.Grouping.day

    @Option(help: "The first day, as in 2026-11-21. (default: 29 days before the last one)")
    var since: String?

    @Option(help: "The last day. (default: today)")
    var until: String?

    @Option(help: "The most lines, 1 to 1000.")
    var limit = 100

    @Flag(help: "Print one JSON document, that of GET /v1/usage.")
    var json = false

    func validate() throws {
        guard (1...1_000).contains(limit) else {
            throw ValidationError("--limit must be 1 to 1000")
        }
        do {
            _ = try days()
        } catch {
            throw ValidationError(error.message)
        }
    }

    private func days() throws(CrewError) -> UsageDays {
        try UsageDays(
            since: since, until: until, names: ("--since", "--until"), now: Date())
    }

    func run() async throws {
        let days = try days()
        try await CommandStore.withReader(kept.store, of: kept.folder) { store in
            let report = try await UsageReport(by: by, in: days, limit: limit, of: store)
            if json {
                return StandardStreams.show(report.document(by, days).text + "\n")
            }
            guard !report.rows.isEmpty else {
                return StandardStreams.complain(
                    "nothing was spent from \(days.first) to \(days.last)")
            }
            StandardStreams.show(table(report))
            if report.hasMore { StandardStreams.complain("there is more: --limit, --since") }
        }
    }

    private func table(_ report: UsageReport) -> String {
        let heads = [by.rawValue.uppercased(), "CALLS", "IN", "OUT", "CACHED", "REASONING", "COST"]
        let rows = report.rows.map { row in
            let mark = row.usage.isComplete ? "" : "≥"
            let parts = [
                row.usage.inputTokens, row.usage.outputTokens, row.usage.cachedInputTokens,
                row.usage.reasoningTokens,
            ]
            let cost = row.cost.map { (row.isCostComplete ? "" : "≥") + Amounts.money($0) }
            return [TerminalStyle.harmless(row.name), "\(row.modelCalls)"]
                + parts.map { $0.map { "\(mark)\($0)" } ?? "-" } + [cost ?? "unknown"]
        }
        return PlainTable([heads] + rows).text
    }
}

/// Says what a crew's limits allow, and what is left of them.
struct BudgetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budgets",
        abstract: "Says what a crew's limits allow, and what is left of them.",
        discussion: """
            What was spent is known of limits per crew and per agent; of calls, runs, sessions and \
            tenants there are many. What 'crew run' keeps in memory is not counted.
            """)

    @OptionGroup var kept: KeptRuns

    @Flag(help: "Print one JSON document, that of GET /v1/budgets.")
    var json = false

    func run() async throws {
        let crew: CrewDefinition
        do {
            crew = try CrewFolder.load(
                kept.folder, environment: ProcessInfo.processInfo.environment
            ).definition
        } catch {
            throw CommandFailure(error.message, code: ExitCodes.unreadable)
        }
        // A crew that was never served has spent nothing; a file that somebody names has to be there.
        guard kept.store != .file(nil) || CommandStore.exists(kept.store, of: kept.folder) else {
            return try await show(crew, InMemoryBudgetStore())
        }
        try await CommandStore.withReader(kept.store, of: kept.folder) { store in
            try await show(crew, store.budgets)
        }
    }

    private func show(_ crew: CrewDefinition, _ budgets: any BudgetStore) async throws {
        let report = try await BudgetReport(of: crew, in: budgets, at: Date())
        if json {
            let document: JSONValue = ["budgets": .array(report.rows.map(\.json))]
            return StandardStreams.show(document.text + "\n")
        }
        guard !report.rows.isEmpty else {
            return StandardStreams.complain("the crew has no budgets")
        }
        StandardStreams.show(table(report))
    }

    private func table(_ report: BudgetReport) -> String {
        let heads = ["PER", "WITHIN", "MEASURE", "LIMIT", "SPENT", "LEFT", "MODE", "RESETS"]
        let rows = report.rows.map { row in
            [
                row.limit.scope.rawValue + (row.agent.map { " \($0)" } ?? ""),
                row.limit.window?.rawValue ?? "-", row.limit.measure.rawValue,
                amount(row.limit.amount, row), amount(row.spent, row), amount(row.left, row),
                row.limit.mode.rawValue, row.resetsAt?.formatted(.iso8601) ?? "never",
            ]
        }
        return PlainTable([heads] + rows).text
    }

    private func amount(_ value: Int?, _ row: BudgetReport.Row) -> String {
        guard let value else { return "-" }
        switch row.limit.measure {
        case .cost: return Amounts.money(Double(value) / 1e9)
        case .time: return Amounts.duration(Double(value) / 1e3)
        default: return "\(value)"
        }
    }
}
