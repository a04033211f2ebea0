import CrewKit
import CrewTesting
import Foundation
import Testing

/// What happens in a group of the members b, c and d, step by step, and what comes of it.
struct JoinScene: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        case says(AgentID, String)
        case fails(AgentID)
        /// So much time passes at once.
        case time(Duration)
        /// Somebody cancels the run.
        case cancel
    }

    var name: String
    var join: GroupJoin
    var steps: [Step]
    /// How the run ends: the name of its outcome.
    var outcome = "completed"
    /// Whose texts are joined, in order.
    var joined: [AgentID] = []
    /// Who was cancelled.
    var cut: [AgentID] = []
    /// What the failure says.
    var failure: String?

    var testDescription: String { name }

    static let memberTimeout: Duration = .seconds(60)

    /// Runs the scene: the next step happens when the one before has shown in the run's events.
    func play() async throws -> CrewFixture.Told {
        let cues: [AgentID: Cue] = ["b": Cue(), "c": Cue(), "d": Cue()]
        let clock = ManualClock()
        var crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            AgentDefinition(id: "d"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[ALL]", to: "g")]],
                groups: [
                    "g": ParallelGroup(
                        agents: ["b", "c", "d"], join: join, timeout: Self.memberTimeout)
                ]))
        crew.clock = clock
        crew.time = Date(timeIntervalSince1970: 0)
        var replies = cues.mapValues { cue in
            [ScriptedModel.Reply.make { _ in try await cue.reply() }]
        }
        replies["a"] = [.text("[ALL]")]
        let model = ScriptedModel(replies)
        let runner = try crew.runner(model)
        return try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await model.waitForRequests(4)
            var steps = steps.makeIterator()
            func next() async throws {
                switch steps.next() {
                case .says(let agent, let text): cues[agent]?.give(.success(text))
                case .fails(let agent):
                    cues[agent]?.give(.failure(CrewError(.modelServerError, "boom")))
                case .time(let time):
                    await clock.waitForSleepers(of: time)
                    clock.advance(by: time)
                case .cancel: try await runner.cancel(run)
                case nil: break
                }
            }
            try await next()
            for try await item in try await runner.events(of: run) {
                if case .event(let stored) = item, case .memberEnded = stored.event {
                    try await next()
                }
            }
            return try await CrewFixture.follow(run, of: runner)
        }
    }
}

/// What one member's model is told to answer.
final class Cue: Sendable {
    private let (answers, given) = AsyncStream.makeStream(of: Result<String, CrewError>.self)

    func give(_ answer: Result<String, CrewError>) { given.yield(answer) }

    /// Waits for the answer, or until the call is cancelled.
    func reply() async throws -> ModelReply {
        for await answer in answers { return ModelReply(text: try answer.get()) }
        throw CancellationError()
    }
}
