import ArgumentParser
import CrewKit
import CrewServer
import CrewStore
import Foundation

/// Lists kept runs, newest first.
struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists kept runs, newest first.",
        discussion: """
            A run is queued, running, paused or ended; ended ones are completed, terminated, \
            limit_reached, cancelled or failed. 'interrupted' is what its process left unfinished.
            """)

    @OptionGroup var kept: KeptRuns

    @Option(help: "Only runs of this status or outcome. May be given several times.")
    var status: [String] = []

    @Option(help: "Only runs of this session.")
    var session: String?

    @Option(help: "The most runs to list, 1 to 1000.")
    var limit = 20

    @Flag(help: "Print one JSON document a line, as GET /v1/runs has them.")
    var json = false

    /// Told by the list of a running run that no process works.
    private static let interrupted = "interrupted"
    private static let statuses = Set(RunRecord.Status.Name.allCases.map(\.rawValue))
    private static let outcomes: Set = [
        "completed", "terminated", "limit_reached", "cancelled", "failed",
    ]

    func validate() throws {
        guard (1...1_000).contains(limit) else {
            throw ValidationError("--limit must be 1 to 1000")
        }
        let known = Self.statuses.union(Self.outcomes).union([Self.interrupted])
        guard let stranger = status.first(where: { !known.contains($0) }) else { return }
        let hint = NearestWord.suggestion(for: stranger, among: known)
        throw ValidationError(
            "'\(stranger)' is no status of a run" + (hint.map { "; \($0)" } ?? ""))
    }

    func run() async throws {
        try await CommandStore.withReader(kept.store, of: kept.folder) { store in
            let (records, hasMore) = try await records(in: store)
            if json {
                for record in records {
                    StandardStreams.show(RunDocument(record: record).json.text + "\n")
                }
            } else {
                StandardStreams.show(
                    RunTable(records: records, now: Date(), isOwned: store.isOwned).text)
                if records.isEmpty { StandardStreams.complain("no runs") }
            }
            if hasMore { StandardStreams.complain("there are more: --limit \(limit * 2)") }
        }
    }

    private func records(in store: SQLiteRunStore) async throws -> ([RunRecord], hasMore: Bool) {
        var query = RunQuery(session: session.map { SessionID($0) }, limit: 1_000)
        query.statuses = Set(status.compactMap(Self.storedStatus))
        if status.allSatisfy(Self.statuses.contains) { query.limit = limit + 1 }
        let isOwned = store.isOwned
        var found: [RunRecord] = []
        repeat {
            let page = try await store.runs(matching: query)
            found += page.runs.filter { isWanted($0, isOwned: isOwned) }
            query.cursor = page.next
        } while query.cursor != nil && found.count <= limit
        return (Array(found.prefix(limit)), found.count > limit)
    }

    private static func storedStatus(_ word: String) -> RunRecord.Status.Name? {
        if word == interrupted { return .running }
        return outcomes.contains(word) ? .ended : RunRecord.Status.Name(rawValue: word)
    }

    private func isWanted(_ record: RunRecord, isOwned: Bool) -> Bool {
        if status.isEmpty || status.contains(record.status.name.rawValue) { return true }
        if record.status == .running, !isOwned { return status.contains(Self.interrupted) }
        return status.contains(OutcomeText.word(for: record.status))
    }
}

/// Runs as a table for people.
struct RunTable {
    let records: [RunRecord]
    let now: Date
    /// Whether some process works the runs.
    let isOwned: Bool

    private static let shortestID = 8
    private static let longestTitle = 60

    var text: String {
        guard !records.isEmpty else { return "" }
        let length = idLength
        let heads = ["ID", "STATUS", "AGE", "TOKENS", "COST", "TITLE"]
        let rows = [heads] + records.map { row($0, idLength: length) }
        let widths = heads.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    private func row(_ record: RunRecord, idLength: Int) -> [String] {
        [
            String(record.id.rawValue.prefix(idLength)), standing(of: record),
            Amounts.age(now.timeIntervalSince(record.createdAt)),
            record.usage?.totalTokens.map { "\($0)" } ?? "-",
            record.cost.map(Amounts.money) ?? "-", title(of: record),
        ]
    }

    private func standing(of record: RunRecord) -> String {
        switch (record.status, record.pause?.kind) {
        case (.running, _) where !isOwned: "interrupted"
        case (.paused, .approval): "paused: \(record.approvals.count) to allow"
        case (.paused, .input): "paused: answer"
        case (.paused, .recovery): "paused: resume"
        default: OutcomeText.word(for: record.status)
        }
    }

    private func title(of record: RunRecord) -> String {
        let title = TerminalStyle.harmless(record.title)
        return title.count > Self.longestTitle ? title.prefix(Self.longestTitle - 1) + "…" : title
    }

    /// As many characters as tell these runs apart.
    private var idLength: Int {
        let ids = records.map(\.id.rawValue)
        let longest = ids.map(\.count).max() ?? 0
        return (Self.shortestID..<max(longest, Self.shortestID + 1)).first { length in
            Set(ids.map { $0.prefix(length) }).count == ids.count
        } ?? longest
    }
}
