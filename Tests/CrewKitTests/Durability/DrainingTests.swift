import CrewKit
import CrewTesting
import Synchronization
import Testing

@Suite("Waiting for the last runs", .timeLimit(.minutes(2)))
struct DrainingTests {
    private final class Told: Sendable {
        let counts = Mutex<[Int]>([])
    }

    @Test("Who waits is told of each look that finds fewer runs, until there are none")
    func counts() async throws {
        let clock = ManualClock()
        var crew = CrewFixture(AgentDefinition(id: "a"))
        crew.clock = clock
        let gates = [Gate(), Gate()]
        let model = ScriptedModel([
            "a": gates.map { gate in
                .make { _ in
                    await gate.wait()
                    return ModelReply(text: "x")
                }
            }
        ])
        let runner = try crew.runner(model)
        let runners = try CrewRunners([runner])
        let told = Told()
        try await withRunning(runner) {
            for _ in gates { try await runner.start(RunRequest("hi")) }
            await model.waitForRequests(2)
            async let waiting: Void = runners.tellRunsUnderWay(every: .seconds(3), clock: clock) {
                count in
                told.counts.withLock { $0.append(count) }
            }
            for (index, gate) in gates.enumerated() {
                gate.open()
                while told.counts.withLock(\.count) <= index {
                    await clock.waitForSleepers(of: .seconds(3))
                    clock.advance(by: .seconds(3))
                    await Task.yield()
                }
            }
            try await waiting
        }
        #expect(told.counts.withLock { $0 } == [1, 0])
    }
}
