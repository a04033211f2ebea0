import CrewTesting
import Foundation
import Synchronization

@testable import CrewKit

/// A crew of which there are versions, told apart by their digests and by what their models say.
struct VersionScene {
    let store = InMemoryRunStore()
    let clock: any Clock<Duration>
    let time = TestTime()

    init(clock: any Clock<Duration> = ContinuousClock()) { self.clock = clock }

    /// A version whose agent `a` answers from that model.
    func version(
        _ digest: String?, _ model: any LanguageModel, agents: [AgentDefinition] = [.init(id: "a")],
        tools: [any Tool] = [], name: String = "test",
        _ change: (inout CrewDefinition) -> Void = { _ in }
    ) throws -> CrewVersion {
        var definition = CrewDefinition(name: name, agents: agents)
        definition.digest = digest
        change(&definition)
        let crew = try definition.validated(tools: Set(tools.map(\.definition.name)))
        return try CrewVersion(
            crew: crew, models: ModelSet(model, for: crew), tools: Toolbox(tools))
    }

    func runner(_ version: CrewVersion, _ change: (inout RunnerOptions) -> Void = { _ in }) throws
        -> CrewRunner
    {
        var options = RunnerOptions()
        options.clock = clock
        options.now = { [time] in time.now }
        change(&options)
        return try CrewRunner(version, store: store, options: options)
    }

    /// The codes of what a run was warned of, and how it rests.
    func rest(of run: RunID) async throws -> (warnings: [RunWarning], last: RunEvent?) {
        let events = try await store.events(of: run, after: 0, limit: 1_000)
        let warnings = events.compactMap { stored -> RunWarning? in
            if case .warned(let warning) = stored.event { return warning }
            return nil
        }
        return (warnings, events.last?.event)
    }

    /// A run that a process under version `digest` left in the middle of a model call.
    func unfinished(_ digest: String?, agent: AgentID = "a") async throws {
        let record = RunRecord(id: "left", crew: "test", session: nil, createdAt: time.now)
        let events: [RunEvent] = [
            .runStarted(
                RunStarted(
                    crew: "test", input: "go", agent: agent, history: [], definition: digest)),
            .turnStarted(TurnStarted(agent: agent)),
            .roundStarted(RoundStarted(agent: agent, round: 1, model: "m")),
        ]
        let stored = events.enumerated().map { offset, event in
            StoredEvent(sequence: offset + 1, time: time.now, event: event)
        }
        try await store.create(record, events: stored)
    }
}

/// The time of day, as a test sets it.
final class TestTime: Sendable {
    private let seconds = Mutex(1_000.0)

    var now: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }

    func pass(_ duration: Double) { seconds.withLock { $0 += duration } }
}

extension VersionScene {
    /// The digest that the run with that input began with.
    func start(of runner: CrewRunner, _ input: String) async throws -> String? {
        let runs = try await store.runs(matching: RunQuery(crew: runner.name)).runs
        for record in runs {
            guard case .runStarted(let start)? = try await store.events(of: record.id).first?.event,
                start.input == input
            else { continue }
            return start.definition
        }
        return nil
    }
}

extension InMemoryRunStore {
    fileprivate func events(of run: RunID) async throws -> [StoredEvent] {
        try await events(of: run, after: 0, limit: 1_000)
    }
}
