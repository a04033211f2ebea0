import CrewTesting
import Foundation
import Testing

@testable import CrewKit

@Suite("Readers that come late")
struct LateReaderTests {
    private func delta(_ index: Int, _ kind: MessageDelta.Kind, branch: BranchID? = nil)
        -> MessageDelta
    {
        MessageDelta(branch: branch, agent: "a", round: 1, index: index, kind: kind)
    }

    private func stored(_ sequence: Int, _ event: RunEvent, branch: BranchID? = nil) -> StoredEvent
    {
        StoredEvent(sequence: sequence, time: .distantPast, branch: branch, event: event)
    }

    private let round = RunEvent.roundStarted(RoundStarted(agent: "a", round: 1, model: "m"))

    private func replied(_ text: String) -> RunEvent {
        .replied(
            Replied(
                agent: "a", round: 1, message: AgentMessage(agent: "a", text: text), finish: .stop,
                model: "m"))
    }

    @Test("A message under way comes whole, once, and then piece by piece")
    func wholeOnce() throws {
        let feed = EventFeed(after: 0, capacity: 64)
        feed.publish([stored(1, round)])
        for (index, text) in ["one ", "two ", "three "].enumerated() {
            feed.publish(delta(index, .text(text)))
        }
        let joined = try #require(feed.join(after: 1))
        #expect(joined.items == [.delta(delta(2, .soFar(text: "one two three ", reasoning: "")))])
        feed.publish(delta(3, .text("four")))
        guard case .items(let more, _) = feed.look(at: joined.next, limit: 10) else {
            Issue.record("nothing follows")
            return
        }
        #expect(more == [.delta(delta(3, .text("four")))])
    }

    @Test("Of a finished message only the stored event is shown, of an abandoned one nothing")
    func finished() throws {
        let feed = EventFeed(after: 0, capacity: 64)
        feed.publish([stored(1, round)])
        feed.publish(delta(0, .text("one")))
        feed.publish(delta(1, .abandoned(because: .modelStreamCut)))
        let empty = delta(1, .soFar(text: "", reasoning: ""))
        #expect(feed.join(after: 0)?.items == [.event(stored(1, round)), .delta(empty)])
        feed.publish(delta(2, .text("two")))
        feed.publish([stored(2, replied("two"))])
        #expect(
            feed.join(after: 0)?.items == [
                .event(stored(1, round)), .event(stored(2, replied("two"))),
            ])
    }

    @Test("Members' messages are told apart, and a long one is not limited by the window")
    func membersAndLength() throws {
        let feed = EventFeed(after: 0, capacity: 4)
        feed.publish([stored(1, round, branch: "x"), stored(2, round, branch: "y")])
        for index in 0..<100 {
            feed.publish(delta(index, .text("x"), branch: "x"))
            feed.publish(delta(index, .reasoning("y"), branch: "y"))
        }
        let items = try #require(feed.join(after: 2)).items
        #expect(
            items == [
                .delta(
                    delta(
                        99, .soFar(text: String(repeating: "x", count: 100), reasoning: ""),
                        branch: "x")),
                .delta(
                    delta(
                        99, .soFar(text: "", reasoning: String(repeating: "y", count: 100)),
                        branch: "y")),
            ])
    }

    @Test("Many readers who come at any moment see every event once, in order, and every message")
    func manyReaders() async throws {
        let scene = DurableScene()
        let store = InMemoryRunStore()
        let runner = try scene.runner(store)
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("go"))
            try await withThrowingTaskGroup(of: [Int].self) { group in
                for reader in 0..<40 {
                    group.addTask {
                        for _ in 0..<reader { await Task.yield() }
                        var sequences: [Int] = []
                        for try await item in try await runner.events(of: run) {
                            if case .event(let stored) = item { sequences.append(stored.sequence) }
                        }
                        return sequences
                    }
                }
                var lengths: Set<Int> = []
                for try await sequences in group {
                    #expect(sequences == Array(1...max(1, sequences.count)))
                    lengths.insert(sequences.count)
                }
                #expect(lengths.count == 1)
            }
        }
    }

    @Test("Who begins to read in the instant of a resume sees the run to its next rest")
    func readsDuringResume() async throws {
        var routing = RoutingDefinition(signals: ["a": [SignalRoute("[DONE]", to: "")]])
        routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
        let replies =
            (0..<30).flatMap { _ in [ScriptedModel.Reply.text("well?")] } + [.text("[DONE]")]
        let runner = try CrewFixture(AgentDefinition(id: "a"), routing: routing).runner(
            ScriptedModel(["a": replies]))
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            for _ in 0..<30 {
                _ = try await runner.result(of: run)
                let before = try #require(try await runner.record(of: run)).lastSequence
                async let resumed: Void = runner.resume(run, with: "y")
                var seen = 0
                while seen == 0 {
                    for try await item in try await runner.events(of: run, after: before) {
                        if case .event = item { seen += 1 }
                    }
                }
                try await resumed
                // resumed, turn, round, reply, then paused or the signal and the end.
                #expect(seen >= 5)
            }
        }
    }
}
