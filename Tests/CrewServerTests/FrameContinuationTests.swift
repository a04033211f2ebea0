import CrewKit
import NIOCore
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Frames of runs that wait and go on")
struct FrameContinuationTests {
    private let time = Date(timeIntervalSince1970: 1_800_000_000)

    private func encoder(after sequence: Int = 0, isAnswering: Bool = false) -> FrameEncoder {
        let facts = StreamFacts(
            run: "r", session: "s", crewName: "c", agentNames: ["a": "Ngân", "b": "My"],
            modelDescription: "openai gpt", isScripted: false)
        let time = time
        return FrameEncoder(
            facts: facts, after: sequence, isAnswering: isAnswering, now: { time })
    }

    private func stored(_ sequence: Int, _ event: RunEvent, branch: BranchID? = nil) -> StoredEvent
    {
        StoredEvent(sequence: sequence, time: time, branch: branch, event: event)
    }

    private func frames(_ events: [StoredEvent], by encoder: FrameEncoder) throws -> [Frame] {
        var encoder = encoder
        var record = RunRecord(id: "r", crew: "c", session: "s", createdAt: time)
        record.note(events)
        let frames = try Frame.all(in: encoder.encode(events.map { .event($0) }))
        return record.isAtRest ? frames + (try Frame.all(in: encoder.end(record))) : frames
    }

    private func request(_ agent: AgentID = "a") -> RunEvent {
        .approvalRequested(
            ApprovalRequested(
                agent: agent, call: ToolCall(id: "1", name: "Ship", arguments: ["to": "x"]),
                effect: .irreversible, reason: .policy, expiresAfterSeconds: 60))
    }

    /// Asks, answers, is cancelled, goes on, ends.
    private var log: [StoredEvent] {
        [
            stored(1, .runStarted(RunStarted(crew: "c", input: "i", agent: "a", history: []))),
            stored(2, .roundStarted(RoundStarted(agent: "a", round: 1, model: "m"))),
            stored(3, .paused(RunPaused(agent: "a"))),
            stored(4, .resumed(RunResumed(input: "yes", agent: "a"))),
            stored(5, .roundStarted(RoundStarted(agent: "a", round: 1, model: "m"))),
            stored(6, .runEnded(RunEnded(outcome: .cancelled))),
            stored(7, .resumed(RunResumed(input: nil, agent: "a"))),
            stored(8, .roundStarted(RoundStarted(agent: "a", round: 1, model: "m"))),
            stored(9, .runEnded(RunEnded(outcome: .completed))),
        ]
    }

    @Test("A rest that something follows is a pause frame; only the last one ends the stream")
    func replayOverRests() throws {
        let frames = try frames(log, by: encoder())
        #expect(
            frames.types == [
                "start", "round_start", "pause", "resumed", "round_start", "pause", "resumed",
                "round_start", "done",
            ])
        #expect(frames.map(\.id) == Array(1...9))
        #expect(frames[2].metadata["pause_kind"] == "input")
        #expect(frames[3].metadata["input"] == "yes")
        #expect(frames[5].content == "⏹️ Execution cancelled")
        #expect(frames[5].metadata["outcome"] == "cancelled")
        #expect(frames.last?.metadata["rounds"] == 1)
    }

    @Test("A stream that goes on shows what the whole one would have shown there", arguments: 0...8)
    func continuation(_ sequence: Int) throws {
        let whole = try frames(log, by: encoder())
        let rest = try frames(log, by: encoder(after: sequence))
        #expect(rest == whole.filter { ($0.id ?? 0) > sequence })
    }

    @Test("The stream of an answer begins with start, once")
    func answer() throws {
        let frames = try frames(Array(log[3...]), by: encoder(after: 3, isAnswering: true))
        #expect(
            frames.types == ["start", "round_start", "pause", "resumed", "round_start", "done"])
        #expect(frames[0].metadata["resumed"] == true)
    }

    @Test("A call that waits tells all that a person needs to decide, and its id")
    func approvals() throws {
        let frames = try frames(
            [
                stored(1, request()), stored(2, request("b"), branch: "1.g.b"),
                stored(
                    3,
                    .approvalDecided(
                        ApprovalDecided(
                            approval: ApprovalID(rawValue: 1), decision: .refuse, reason: "no"))),
                stored(4, .paused(RunPaused(agent: "a", kind: .approval))),
            ], by: encoder())
        #expect(
            frames.types == [
                "approval_request", "approval_request", "approval_decision", "pause", "done",
            ])
        #expect(frames[0].content == "✋ Ngân asks to use Ship")
        let asked = frames[0].metadata
        #expect(asked["approval"] == 1 && asked["tool"] == "Ship" && asked["call_id"] == "1")
        #expect(asked["arguments"] == ["to": "x"] && asked["effect"] == "irreversible")
        #expect(asked["reason"] == "policy" && asked["default_decision"] == "refuse")
        #expect(asked["expires_at"] == "2027-01-15T08:01:00.000000Z")
        #expect(frames[1].metadata["branch"] == "1.g.b")
        #expect(frames[2].content == "👎 Refused: no")
        #expect(frames[2].metadata["source"] == "person")
        #expect(frames[3].content == "[PAUSE:a] Waiting for a decision")
        #expect(frames[4].metadata["pause_kind"] == "approval")
        #expect(frames[4].metadata["approvals"] == [2])
    }

    @Test("A run that was taken up voids the half messages of all branches before it says so")
    func recovered() throws {
        let events = [
            stored(1, .roundStarted(RoundStarted(agent: "b", round: 1, model: "m")), branch: "x"),
            stored(2, .roundStarted(RoundStarted(agent: "a", round: 1, model: "m")), branch: "y"),
            stored(3, replied("a"), branch: "y"),
            stored(4, .roundStarted(RoundStarted(agent: "a", round: 3, model: "m"))),
            stored(5, .recovered(RunRecovered(policy: .resume))),
        ]
        for sequence in [0, 4] {
            let frames = try frames(events, by: encoder(after: sequence)).suffix(3)
            #expect(frames.map(\.type) == ["message_abandoned", "message_abandoned", "recovered"])
            #expect(frames.map(\.id) == [4, 4, 5])
            #expect(frames.map { $0.metadata["branch"] } == [nil, "x", nil])
            #expect(frames.map { $0.metadata["round"] } == [3, 1, nil])
            #expect(frames.first?.metadata["code"] == "interrupted")
        }
    }

    private func replied(_ agent: AgentID) -> RunEvent {
        .replied(
            Replied(
                agent: agent, round: 1, message: AgentMessage(agent: agent, text: "t"),
                finish: .stop, model: "m"))
    }

    @Test("Queued inputs, copies of runs and wishes to end have frames of their own")
    func lineage() throws {
        let frames = try frames(
            [
                stored(1, .queued(RunQueued(crew: "c", input: "i", agent: "a", session: "s"))),
                stored(
                    2,
                    .forked(RunForked(run: "other", sequence: 1, input: "but", model: "m"))),
                stored(3, .cancelRequested(CancelRequested(depth: .afterRound))),
            ], by: encoder())
        #expect(frames.types == ["queued", "forked", "cancel_requested"])
        #expect(frames[2].metadata["depth"] == "after_round")
        #expect(frames[0].metadata["session_id"] == "s")
        #expect(frames[1].metadata["from_run"] == "other")
        #expect(frames[1].metadata["step"] == 1)
    }

    @Test("A message under way comes whole to who joins late")
    func soFar() throws {
        var encoder = encoder()
        let delta = MessageDelta(
            branch: nil, agent: "a", round: 1, index: 7, kind: .soFar(text: "half", reasoning: "h"))
        let frame = try #require(try Frame.all(in: encoder.encode([.delta(delta)])).first)
        #expect(frame.type == "message_so_far" && frame.content == "half")
        #expect(frame.metadata["reasoning"] == "h" && frame.metadata["index"] == 7)
    }

    @Test("A run that fails shows its failure after a rest that was passed over")
    func failureAfterRest() throws {
        var encoder = encoder()
        let items: [FeedItem] = [.event(stored(1, .paused(RunPaused(agent: "a"))))]
        #expect(encoder.encode(items).readableBytes == 0)
        let frames = try Frame.all(in: encoder.end(CrewError(.storeFailed, "/secret is full")))
        #expect(frames.types == ["pause", "error"])
        #expect(frames.map(\.id) == [1, 1])
        #expect(frames.last?.content.contains("/health") == true, "which says what to do")
        #expect(frames.last?.content.contains("secret") == false)
    }
}
