import CrewKit
public import Foundation
import GRDB

/// What a pruning took away.
public struct PruneReport: Sendable, Hashable {
    public var runs = 0
    public var events = 0
    /// Given back to the disk.
    public var bytes = 0

    public init() {}
}

extension SQLiteRunStore {
    /// Forgets the ended runs that the retention policy does not keep, and gives their space back.
    ///
    /// It goes in small steps between which waiting writes have their turn.
    public func prune(now: Date) async throws -> PruneReport {
        var report = PruneReport()
        let pruning = Pruning(policy: options.retention, now: now)
        while true {
            let step = try await write(.alone) { database, _ in try pruning.step(in: database) }
            report.runs += step.runs
            report.events += step.events
            if step.isLast { break }
        }
        try await pruneBudgets(now: now)
        report.bytes = try await giveBack()
        return report
    }

    /// Prunes and checkpoints now and after every interval, until its task is cancelled.
    ///
    /// What fails is remembered for `health()` and tried again at the next turn.
    public func maintain(
        every interval: Duration = .seconds(300), clock: any Clock<Duration> = ContinuousClock()
    ) async {
        guard access == .owner else { return }
        while !Task.isCancelled {
            // A failure is in the fault log already.
            _ = try? await prune(now: options.now())
            // As above; what is not checkpointed now is later.
            try? await checkpoint()
            do { try await clock.sleep(for: interval) } catch { return }
        }
    }

    /// Deletes what is left of runs that are forgotten already.
    func clearRemovals() async throws {
        while true {
            let isDone = try await write(.alone) { database, _ in
                var budget = Removal.Budget()
                return try !Removal.clear(&budget, in: database)
            }
            if isDone { return }
        }
    }

    /// Shortens the file by the pages that are free, some of them aside; returns the bytes.
    private func giveBack() async throws -> Int {
        var bytes = 0
        while true {
            let freed = try await write(.alone) { [spare = options.sparePages] database, _ in
                try PageCounts.giveBack(keeping: spare, in: database)
            }
            if freed == 0 { return bytes }
            bytes += freed
        }
    }

    /// Moves what the write-ahead log holds into the file, as far as readers let it.
    private func checkpoint() async throws {
        try await write(.bare) { database, _ in _ = try database.checkpoint(.passive) }
    }
}
