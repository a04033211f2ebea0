import CrewKit

/// Reads what a stream shows of its run, until the run is at rest and everything was read.
///
/// A run that has come to rest and gone on in the meantime is read on.
struct RunReading {
    enum Part {
        case items([FeedItem])
        /// There is nothing more; the run rests at its last event that was read.
        case atRest(RunRecord)
    }

    private let runner: CrewRunner
    private let run: RunID
    private var reader: RunEvents.Iterator
    /// The last event that was read.
    private var sequence: Int

    init(_ events: RunEvents, after sequence: Int, of runner: CrewRunner) {
        self.runner = runner
        self.run = events.run
        self.sequence = sequence
        reader = events.makeAsyncIterator()
    }

    /// - Throws: `unknownRun` when the run was deleted; `conflict` when nobody works it; what the
    ///   store throws.
    mutating func next() async throws -> Part {
        while true {
            if let items = try await reader.nextBatch() {
                for case .event(let stored) in items { sequence = max(sequence, stored.sequence) }
                return .items(items)
            }
            guard let record = try await runner.record(of: run) else {
                throw CrewError.unknownRun(run)
            }
            guard record.lastSequence <= sequence else {
                reader = try await runner.events(of: run, after: sequence).makeAsyncIterator()
                continue
            }
            guard record.isAtRest else {
                throw CrewError(.conflict, "the run is not worked at the moment")
            }
            return .atRest(record)
        }
    }
}
