import CrewTesting
import Synchronization
import Testing

@testable import CrewKit

/// Refuses, breaks or cuts four calls of ten, and counts what comes.
private final class StormyModel: LanguageModel {
    private struct State {
        var random: SeededGenerator
        var underWay = 0
        var most = 0
        var calls = 0
    }

    let name = "stormy"
    private let clock: ManualClock
    private let state: Mutex<State>

    init(clock: ManualClock, seed: UInt64) {
        self.clock = clock
        state = Mutex(State(random: SeededGenerator(seed: seed)))
    }

    var calls: Int { state.withLock(\.calls) }
    var most: Int { state.withLock(\.most) }

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let fate = state.withLock { state in
            state.calls += 1
            state.underWay += 1
            state.most = max(state.most, state.underWay)
            return Int.random(in: 0..<100, using: &state.random)
        }
        defer { state.withLock { $0.underWay -= 1 } }
        if fate < 30 { throw CrewError(.modelRateLimited, "429", retryAfter: .seconds(1)) }
        try await clock.elapse(.milliseconds(100))
        if fate < 35 { throw CrewError(.modelServerError, "500") }
        progress(.text("The storm"))
        if fate < 40 { throw CrewError(.modelStreamCut, "cut") }
        progress(.text(" is over."))
        return ModelReply(text: "The storm is over.")
    }
}

/// How many runs have ended.
private final class EndedRuns: Sendable {
    let count = Mutex(0)
}

@Suite("A storm", .timeLimit(.minutes(5)))
struct StormTests {
    /// The clock may run ahead of those who wait on a busy machine: nobody is to be too late by it.
    private static let forever = Duration.seconds(1_000_000_000)

    @Test(
        "Every run ends right at an endpoint that fails four calls of ten, within its limits",
        arguments: [1, 2, 3])
    func allRunsEnd(seed: UInt64) async throws {
        let (runs, concurrent, perMinute) = (60, 4, 50)
        let clock = ManualClock()
        let model = StormyModel(clock: clock, seed: seed)
        let gate = EndpointGate(
            endpoint: "stormy",
            limits: EndpointLimits(concurrentCalls: concurrent, callsPerMinute: perMinute),
            longestWait: Self.forever, clock: clock)
        let retry = ModelRetryPolicy(attempts: 40, total: Self.forever)
        let random = Mutex(SeededGenerator(seed: seed))
        let chain = ModelChain(
            [ModelLink(model, retry: retry, gate: gate)], clock: clock,
            random: { random.withLock { Double.random(in: 0..<1, using: &$0) } })
        let crew = try CrewFixture(AgentDefinition(id: "a")).crew()
        let runner = try CrewRunner(crew: crew, models: ModelSet(chains: ["a": chain]))
        let (texts, starts) = try await withRunning(runner) {
            try await Self.texts(of: runs, runner, gate, clock)
        }
        #expect(texts == Array(repeating: "The storm is over.", count: runs))
        #expect(model.most <= concurrent)
        #expect(gate.callCount == 0)
        #expect(model.calls > runs && starts.count == model.calls)
        #expect(starts.mostInAMinute <= perMinute)
    }

    /// Works the runs, moving the clock while they wait.
    private static func texts(
        of runs: Int, _ runner: CrewRunner, _ gate: EndpointGate, _ clock: ManualClock
    ) async throws -> ([String], GateStarts) {
        let ended = EndedRuns()
        var starts = GateStarts()
        return try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<runs {
                group.addTask {
                    let run = try await runner.start(RunRequest("hi"))
                    let text = try await runner.result(of: run).text
                    ended.count.withLock { $0 += 1 }
                    return text
                }
            }
            while ended.count.withLock(\.self) < runs {
                // How far runs get until the clock moves does not matter.
                for _ in 0..<20 { await Task.yield() }
                starts.look(at: gate)
                clock.advance(by: .milliseconds(50))
            }
            starts.look(at: gate)
            return (try await group.reduce(into: []) { $0.append($1) }, starts)
        }
    }
}
