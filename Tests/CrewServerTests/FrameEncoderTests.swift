import CrewKit
import NIOCore
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Frame encoder")
struct FrameEncoderTests {
    private let time = Date(timeIntervalSince1970: 1_800_000_000.25)

    private func encoder(
        isScripted: Bool = false, after sequence: Int = 0, isAnswering: Bool = false
    ) -> FrameEncoder {
        let facts = StreamFacts(
            run: "r", session: "s", crewName: "c", agentNames: ["a": "Ngân", "b": "My"],
            modelDescription: "openai gpt", isScripted: isScripted)
        let time = time
        return FrameEncoder(
            facts: facts, after: sequence, isAnswering: isAnswering, now: { time })
    }

    private func stored(_ sequence: Int, _ event: RunEvent, branch: BranchID? = nil) -> FeedItem {
        .event(StoredEvent(sequence: sequence, time: time, branch: branch, event: event))
    }

    private func frames(_ items: FeedItem...) throws -> [Frame] {
        var encoder = encoder()
        return try frames(items, by: &encoder)
    }

    /// All frames of a stream, with those of its end where the run is at rest.
    private func frames(_ items: [FeedItem], by encoder: inout FrameEncoder) throws -> [Frame] {
        var record = RunRecord(id: "r", crew: "c", session: "s", createdAt: time)
        record.note(
            items.compactMap { item in
                if case .event(let stored) = item { return stored }
                return nil
            })
        let frames = try Frame.all(in: encoder.encode(items))
        return record.isAtRest ? frames + (try Frame.all(in: encoder.end(record))) : frames
    }

    @Test("A frame is one line of JSON in the original's order, and its id")
    func bytes() {
        var encoder = encoder()
        let text = "a \"b\"\r\n\\ [x] \u{1} đ 👩‍💻"
        let delta = MessageDelta(branch: nil, agent: "a", round: 1, index: 0, kind: .text(text))
        #expect(
            String(buffer: encoder.encode([.delta(delta)])) == #"""
                data: {"type":"token","agent":"Ngân","content":"a \"b\"\r\n\\ [x] \u0001 đ 👩‍💻","timestamp":"2027-01-15T08:00:00.250000Z","metadata":{"run_id":"r","agent_id":"a","round":1,"index":0}}
                id: 0


                """#)
    }

    @Test(
        "Times are RFC 3339 in UTC",
        arguments: [
            (0.0, "1970-01-01T00:00:00.000000Z"), (951_782_400, "2000-02-29T00:00:00.000000Z"),
            (4_107_542_399.5, "2100-02-28T23:59:59.500000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
            (1_709_251_199.999_999, "2024-02-29T23:59:59.999999Z"),
            (-0.5, "1969-12-31T23:59:59.500000Z"), (.nan, "1970-01-01T00:00:00.000000Z"),
            (1e300, "9999-12-31T23:59:59.000000Z"), (-.infinity, "0001-01-01T00:00:00.000000Z"),
        ])
    func times(_ seconds: Double, _ text: String) {
        #expect(Timestamp.text(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test("Of several frames of one event only the last carries its sequence")
    func ids() throws {
        var encoder = encoder(after: 4)
        let reply = Replied(
            agent: "a", round: 1, message: AgentMessage(agent: "a", text: "hi"), finish: .stop,
            usage: Usage(inputTokens: 10, outputTokens: 2), cost: 0.5, model: "m")
        let frames = try Frame.all(in: encoder.encode([stored(5, .replied(reply))]))
        #expect(frames.types == ["agent_response", "usage", "round_end"])
        #expect(frames.map(\.id) == [4, 4, 5])
        #expect(
            frames[1].metadata["usage"] == [
                "input_tokens": 10, "output_tokens": 2, "complete": true,
            ])
        #expect(frames[1].metadata["cost"] == 0.5)
        #expect(encoder.lastSequence == 5)
    }

    @Test("A reply that only calls tools has no response, and unknown usage no frame")
    func toolReply() throws {
        let message = AgentMessage(
            agent: "a", text: "", toolCalls: [ToolCall(id: "1", name: "T")])
        let reply = Replied(
            agent: "a", round: 2, message: message, finish: .toolCalls, model: "m")
        let frames = try frames(stored(1, .replied(reply)))
        #expect(frames.types == ["round_end"])
        #expect(frames[0].metadata["tool_calls"] == 1)
    }

    @Test("Tools are told in the original's words")
    func tools() throws {
        let call = ToolCall(id: "1", name: "Ping", arguments: ["host": "x"])
        let frames = try frames(
            stored(
                1,
                .toolStarted(
                    ToolStarted(agent: "a", call: call, effect: .read, idempotencyKey: "k"))),
            stored(2, returned(.success, "ok")), stored(3, returned(.timeout, "late")))
        #expect(
            frames.map(\.content) == [
                "🔧 [Tool] Ping → Executing...", "✅ [Tool] Ping → ok", "❌ [Tool] Ping → late",
            ])
        #expect(frames[0].metadata["arguments"] == ["host": "x"])
        #expect(frames.map { $0.metadata["call_id"] } == ["1", "1", "1"])
        #expect(frames[2].metadata["status"] == "timeout")
    }

    private func returned(_ status: ToolResult.Status, _ output: String) -> RunEvent {
        .toolReturned(
            ToolReturned(
                agent: "a",
                result: ToolResult(call: "1", name: "Ping", status: status, output: output)))
    }

    @Test("A group's members carry their branch, and a failed one is a warning")
    func group() throws {
        let failure = RunFailure(code: "model_timeout", message: "too slow", agent: "b")
        let frames = try frames(
            stored(
                1,
                .groupStarted(
                    GroupStarted(
                        group: "g", from: "a", members: [.init(branch: "1.g.b", agent: "b")]))),
            stored(2, .turnStarted(TurnStarted(agent: "b")), branch: "1.g.b"),
            stored(
                3, .memberEnded(MemberEnded(agent: "b", outcome: .failed(failure), text: "")),
                branch: "1.g.b"),
            stored(
                4,
                .groupJoined(GroupJoined(group: "g", text: "all", succeeded: [], failed: ["b"]))),
            stored(5, .runEnded(RunEnded(outcome: .failed(failure)))))
        #expect(
            frames.types == [
                "group_start", "agent_start", "warning", "member_end", "group_end", "error",
            ])
        #expect(frames[1].content == "🔄 [Parallel] My starting...")
        #expect(frames[1].metadata["branch"] == "1.g.b")
        #expect(frames[2].content == "❌ Agent failed: too slow")
        #expect(frames[3].metadata["code"] == "model_timeout")
        #expect(frames[5].content == "Agent failed: too slow")
        #expect(frames[5].metadata["outcome"] == "failed")
        #expect(frames.map(\.id) == [1, 2, 2, 3, 4, 5])
    }

    @Test("What happens inside a branch never ends the stream")
    func branchEnds() throws {
        let frames = try frames(
            stored(1, .paused(RunPaused(agent: "b")), branch: "x"),
            stored(2, .runEnded(RunEnded(outcome: .completed)), branch: "x"),
            stored(3, .handedOff(HandedOff(from: "a", to: "b", reason: .signal))))
        #expect(frames.types == ["handoff"])
        #expect(frames[0].content == "➡️ Ngân → My")
        #expect(frames[0].id == 3)
    }

    @Test("What befalls a model call has frames of its own types, with the event for programs")
    func modelCallNews() throws {
        let frames = try frames(
            stored(
                1,
                .modelRetried(
                    ModelRetried(
                        agent: "my", round: 1, attempt: 1, delaySeconds: 0.5,
                        reason: "model_overloaded"))),
            stored(
                2,
                .modelFellBack(
                    ModelFellBack(
                        agent: "my", round: 1, from: "one", to: "other", reason: "model_timeout"))),
            stored(
                3,
                .budgetReported(
                    BudgetReported(
                        agent: "my", round: 1,
                        notice: BudgetNotice(
                            kind: .refused, limit: BudgetLimit(.tokens, per: .run, amount: 100),
                            owner: "r1", spent: 90, asked: 20)))))
        #expect(frames.types == ["retry", "fallback", "budget"])
        #expect(
            frames[0].content == "⚠️ attempt 1 failed (model_overloaded); trying again in 0.5 s")
        #expect(frames[1].content == "⚠️ one failed (model_timeout); other takes over")
        #expect(
            frames[2].content
                == "⚠️ the budget of 100 tokens of run 'r1' is used up: 90 tokens are spent or put "
                + "aside, and this call may take 20 tokens")
        #expect(frames[2].metadata["event"]?["notice"]?["limit"]?["scope"]?.string == "run")
    }

    @Test("A warning has its code", arguments: [RunWarning.Code.slowCall, .partialGroup])
    func warnings(_ code: RunWarning.Code) throws {
        let frames = try frames(stored(1, .warned(RunWarning(code: code, message: "look"))))
        #expect(frames.types == ["warning"])
        #expect(frames[0].agent == "system")
        #expect(frames[0].content == "⚠️ look")
        #expect(frames[0].metadata["code"]?.string == code.rawValue)
    }

    @Test("Scripted text says so, and only where a script answered")
    func scripted() throws {
        let text = MessageDelta(branch: nil, agent: "a", round: 1, index: 0, kind: .text("x"))
        let real = MessageDelta(branch: nil, agent: "b", round: 1, index: 0, kind: .text("y"))
        let frames = try frames(
            stored(1, .roundStarted(RoundStarted(agent: "a", round: 1, model: "scripted s"))),
            stored(2, .roundStarted(RoundStarted(agent: "b", round: 1, model: "openai x"))),
            .delta(text), .delta(real))
        #expect(frames.map { $0.metadata["scripted"] } == [true, nil, true, nil])
    }

    @Test("A frame goes by its own agent's model, whatever the server says of all")
    func scriptedByAgent() throws {
        var encoder = encoder(isScripted: true)
        let items = [
            stored(1, .runStarted(RunStarted(crew: "c", input: "i", agent: "a", history: []))),
            stored(2, .roundStarted(RoundStarted(agent: "a", round: 1, model: "scripted s"))),
            stored(3, replied("a", "scripted s")),
            stored(4, .roundStarted(RoundStarted(agent: "b", round: 2, model: "openai x"))),
            stored(5, replied("b", "openai x")),
            stored(6, .runEnded(RunEnded(outcome: .completed))),
        ]
        let frames = try frames(items, by: &encoder)
        #expect(frames.first("start")?.metadata["scripted"] == true)
        let responses = frames.filter { $0.type == "agent_response" }
        #expect(responses.map { $0.metadata["scripted"] } == [true, nil])
        #expect(frames.last?.type == "done")
        #expect(frames.last?.metadata["scripted"] == nil)
    }

    @Test("Pieces after a failed script are not said to be scripted: a backup makes them")
    func scriptedFallback() throws {
        let abandoned = MessageDelta(
            branch: nil, agent: "a", round: 1, index: 0, kind: .abandoned(because: .modelTimeout))
        let text = MessageDelta(branch: nil, agent: "a", round: 1, index: 1, kind: .text("x"))
        let frames = try frames(
            stored(1, .roundStarted(RoundStarted(agent: "a", round: 1, model: "scripted s"))),
            .delta(abandoned), .delta(text), stored(2, replied("a", "openai x")))
        #expect(frames.first("token")?.metadata["scripted"] == nil)
        #expect(frames.first("agent_response")?.metadata["scripted"] == nil)
    }

    private func replied(
        _ agent: AgentID, _ model: String, usage: Usage? = nil, cost: Double? = nil
    ) -> RunEvent {
        .replied(
            Replied(
                agent: agent, round: 1, message: AgentMessage(agent: agent, text: "t"),
                finish: .stop, usage: usage, cost: cost, model: model))
    }

    @Test(
        "A pause tells what the whole run has spent, whatever the stream saw of it",
        arguments: [0, 7])
    func pausedSums(_ sequence: Int) throws {
        var encoder = encoder(after: sequence)
        let spent = Usage(inputTokens: 10, outputTokens: 2)
        let items = [
            stored(sequence + 1, replied("a", "m", usage: spent, cost: 0.5)),
            stored(sequence + 2, replied("b", "m", usage: spent), branch: "x"),
            stored(sequence + 3, .paused(RunPaused(agent: "a"))),
        ]
        let done = try #require(try frames(items, by: &encoder).last)
        #expect(done.metadata["outcome"] == "paused")
        #expect(
            done.metadata["usage"] == ["input_tokens": 20, "output_tokens": 4, "complete": true])
        #expect(done.metadata["cost"] == 0.5)
        #expect(done.metadata["pause_kind"] == "input")
        #expect(done.metadata["approvals"] == [])
    }

    @Test("Done sums up the run")
    func sums() throws {
        let frames = try frames(
            stored(1, .roundStarted(RoundStarted(agent: "a", round: 1, model: "m"))),
            stored(2, .handedOff(HandedOff(from: "a", to: "b", reason: .signal))),
            stored(3, .roundStarted(RoundStarted(agent: "b", round: 2, model: "m"))),
            stored(4, .roundStarted(RoundStarted(agent: "b", round: 1, model: "m")), branch: "x"),
            stored(5, replied("b", "m", usage: Usage())),
            stored(6, .runEnded(RunEnded(outcome: .limitReached(.rounds)))))
        let done = try #require(frames.last)
        #expect(done.content == "⏹️ Execution stopped: max_rounds reached")
        #expect(done.metadata["rounds"] == 2)
        #expect(done.metadata["handoffs"] == 1)
        #expect(done.metadata["usage"] == ["complete": true])
    }
}
