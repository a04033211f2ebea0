import CrewKit

/// Runs that this process works.
struct OwnRuns: RunWorker {
    let runner: CrewRunner

    func start(_ request: RunRequest) async throws -> FollowedRun {
        followed(try await runner.startFollowing(request))
    }

    func perform(_ action: RunAction) async throws -> FollowedRun {
        switch action {
        case .resume(let record, let input): return try await resume(record, input)
        case .decide(let record, let approval, let verdict):
            if record.status == .running { _ = try await runner.recoverFollowing(record.id) }
            try await runner.decide(
                approval, of: record.id, verdict.decision, reason: verdict.reason,
                arguments: verdict.arguments)
            return try await follow(record.id, after: record.lastSequence)
        case .cancel(let record, let depth):
            try await runner.cancel(record.id, depth)
            return try await follow(record.id, after: record.lastSequence)
        case .fork(let record, let step, let input, let model):
            return followed(
                try await runner.fork(record.id, from: step, input: input, model: model))
        }
    }

    /// A run that its process left unfinished goes on like one that waits.
    private func resume(_ record: RunRecord, _ input: String?) async throws -> FollowedRun {
        guard record.status == .running else {
            return followed(try await runner.resumeFollowing(record.id, with: input))
        }
        guard input == nil else {
            throw CrewError(
                .runNotPaused, "run '\(record.id)' waits for no answer: resume it without one")
        }
        return followed(try await runner.recoverFollowing(record.id))
    }

    func follow(_ run: RunID, after sequence: Int) async throws -> FollowedRun {
        followed(try await runner.events(of: run, after: sequence))
    }

    private func followed(_ events: RunEvents) -> FollowedRun {
        FollowedRun(run: events.run, items: events)
    }

    func record(of run: RunID) async throws -> RunRecord {
        guard let record = try await runner.record(of: run) else { throw CrewError.unknownRun(run) }
        return record
    }

    func interruption(of run: RunID) -> (@Sendable () -> Void)? {
        { [runner] in runner.cancelLive(run) }
    }
}
