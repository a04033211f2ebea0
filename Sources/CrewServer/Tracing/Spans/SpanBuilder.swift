import CrewKit

import struct Foundation.Date

/// Makes spans of what happens in runs; waits for nothing and asks nobody.
///
/// A run from its beginning to its rest is a workflow, within it are agents' turns, within these model
/// and tool calls. A run that works for a tool call is a part of that call; a run that goes on is a
/// part of the request that makes it. Their ids follow from the run's log, so that endpoints that were
/// told of a call find the same parent.
struct SpanBuilder: Sendable {
    /// Runs of which spans are open at the same time.
    static let mostRuns = 20_000

    let content: CapturedContent
    private(set) var runs: [RunID: OpenRun] = [:]
    private let limit: Int

    init(capturesContent: Bool = false, limit: Int = mostRuns) {
        precondition(limit > 1, "there must be room for a run")
        content = CapturedContent(isWanted: capturesContent)
        self.limit = limit
    }

    /// The spans that ended with what was seen.
    mutating func note(_ seen: RunObservation) -> [Span] {
        guard let trace = seen.run.origin?.trace, trace.isSampled else { return [] }
        switch seen.item {
        case .event(let stored):
            guard begin(seen.run, trace, stored, at: seen.instant) else { return [] }
            return note(stored, of: seen.run.run, at: seen.instant)
        case .firstToken(_, let branch):
            noteFirstToken(of: seen.run.run, on: branch, at: seen.instant)
        case .admitted(let wait):
            runs[seen.run.run]?.stretch.attributes[.wait] = .number(wait / .seconds(1))
        default: break
        }
        return []
    }

    /// Ends all that is open, for a process that ends: other processes go on with the runs.
    mutating func endAll(at time: Date) -> [Span] {
        defer { runs = [:] }
        return runs.keys.flatMap { runs[$0]?.end(at: time) ?? [] }
    }

    /// Opens the run's next stretch, if none is open.
    ///
    /// - Returns: false for what belongs to none.
    private mutating func begin(
        _ facts: RunFacts, _ trace: TraceContext, _ stored: StoredEvent,
        at instant: ContinuousClock.Instant
    ) -> Bool {
        if runs[facts.run] != nil { return true }
        if case .queued = stored.event { return false }
        guard stored.branch != nil || !stored.event.isRest else { return false }
        makeRoom()
        runs[facts.run] = OpenRun(facts, trace, from: stored, at: instant)
        return true
    }

    /// Of runs whose rest nobody saw, those are forgotten that were silent longest.
    private mutating func makeRoom() {
        guard runs.count >= limit else { return }
        let byAge = runs.sorted { $0.value.lastSeen < $1.value.lastSeen }
        for (id, _) in byAge.prefix(max(1, limit / 4)) { runs[id] = nil }
    }

    private mutating func noteFirstToken(
        of run: RunID, on branch: BranchID?, at instant: ContinuousClock.Instant
    ) {
        guard let call = runs[run]?.calls[branch], call.span.attributes[.firstChunk] == nil else {
            return
        }
        runs[run]?.calls[branch]?.span.attributes[.isStream] = .flag(true)
        runs[run]?.calls[branch]?.span.attributes[.firstChunk] = .number(
            (instant - call.began) / .seconds(1))
    }

    private mutating func note(
        _ stored: StoredEvent, of run: RunID, at instant: ContinuousClock.Instant
    ) -> [Span] {
        guard var open = runs[run] else { return [] }
        open.lastSeen = instant
        let ended = open.note(stored, at: instant, content)
        if stored.branch == nil, stored.event.isRest {
            runs[run] = nil
            return ended + open.end(at: stored.time)
        }
        runs[run] = open
        return ended
    }
}
