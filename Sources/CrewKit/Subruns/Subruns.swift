/// Lets other runs work for one call of a run, and shows what happens in them.
///
/// The run that works for a call has the call's key: a call that is made again after a crash finds
/// the run it began before, and goes on with it.
struct Subruns: Sendable {
    let runner: CrewRunner
    /// The version of the crew with which the asking run is worked.
    var version: CrewVersion?
    let caller: RunCaller
    let tenant: String?
    let origin: RunOrigin?
    let key: String
    /// What this call began before, and the last event of it that is in the log already.
    let begun: SubrunPlace?
    let reports: CallReports

    /// Runs within runs; an agent that asks itself ends here.
    static let deepest = 5
    private static let pollInterval: Duration = .seconds(1)

    /// The answer of an agent of the same crew, or of another crew.
    ///
    /// A run that waits for a person is waited for. Cancelling the task cancels the run.
    ///
    /// - Throws: a `ToolFailure` when the run came to no answer.
    func answer(to input: String, by agent: AgentID?, of crew: CrewRunner?) async throws -> String {
        guard caller.depth <= Self.deepest else {
            throw ToolFailure(
                .permission, "Not done: \(Self.deepest) runs work within each other already.",
                hint: "Answer with what is known.", isWithoutEffect: true)
        }
        let runner = crew ?? self.runner
        var request = RunRequest(input, startAgent: agent)
        request.caller = caller
        request.tenant = tenant
        request.origin = origin
        request.caller?.isAlone = agent != nil
        // Agents of one version ask each other, whatever the crew has become.
        if crew == nil { request.version = version }
        request.idempotencyKey = Self.key(key)
        let run = try await runner.startFollowing(request).run
        do {
            return try await follow(run, of: runner)
        } catch let error where Task.isCancelled {
            await runner.giveUp(run)
            // What it has spent so far counts, as far as it can be read.
            if let record = try? await runner.record(of: run) {
                reports.spend(record.usage, cost: record.cost)
            }
            throw error
        }
    }

    /// No client can write such a key: it begins with a character that headers do not take.
    private static let keyMark = "\u{1F}call:"

    private static func key(_ text: String) -> IdempotencyKey {
        IdempotencyKey(text: keyMark + text, requestDigest: "call")
    }

    /// Whether a run with that key works for a call.
    static func isKey(_ key: IdempotencyKey?) -> Bool { key?.text.hasPrefix(keyMark) == true }

    /// Nothing has come of the call: the next process makes it again, and finds the same run.
    private static let handedBack = ToolFailure(
        .cancelled, "The run goes on in the next process.", isWithoutEffect: true)

    private func follow(_ run: RunID, of runner: CrewRunner) async throws -> String {
        var seen = begun?.run == run ? begun?.sequence ?? 0 : 0
        while true {
            do {
                for try await item in try await runner.events(of: run, after: seen) {
                    guard case .event(let stored) = item else { continue }
                    seen = stored.sequence
                    try await reports.report(stored, of: run)
                }
            } catch let error as CrewError where error.code == .shuttingDown {
                throw Self.handedBack
            }
            try Task.checkCancellation()
            if let result = try await runner.settledResult(of: run) {
                if let answer = try answer(result) { return answer }
            }
            if runner.live.isClosed { throw Self.handedBack }
            // It waits for a person, or for whoever takes it up after a crash.
            try await runner.options.clock.sleep(for: Self.pollInterval)
        }
    }

    /// What the run came to; `nil` while it waits for a person.
    private func answer(_ result: RunResult) throws(ToolFailure) -> String? {
        if case .paused = result.outcome { return nil }
        reports.spend(result.usage, cost: result.cost)
        switch result.outcome {
        case .completed, .terminated: return result.text
        case .failed(let failure):
            throw ToolFailure(.system, "Run \(result.run) failed: \(failure.message)")
        case .limitReached(let limit):
            throw ToolFailure(
                .timeout, "Run \(result.run) reached its limit (\(limit.rawValue)).",
                hint: "Ask for less at once.")
        case .cancelled: throw ToolFailure(.cancelled, "Run \(result.run) was cancelled.")
        case .paused: return nil
        }
    }
}

/// How far a log repeats the one of a run that works for a call.
struct SubrunPlace: Sendable, Hashable, Codable {
    var run: RunID
    var sequence: Int
}
