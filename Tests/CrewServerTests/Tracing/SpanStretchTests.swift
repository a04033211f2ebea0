import CrewKit
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Spans of runs that go on")
struct SpanStretchTests {
    private func trace(_ digit: Character) -> TraceContext {
        TraceContext(
            traceID: String(repeating: digit, count: 32),
            spanID: String(repeating: digit, count: 16), isSampled: true)
    }

    private func seen(
        _ sequence: Int, _ event: RunEvent, _ trace: TraceContext, branch: BranchID? = nil,
        after seconds: Double? = nil, of run: RunID = "r"
    ) -> RunObservation {
        RunObservation(
            run: RunFacts(run: run, crew: "c", origin: RunOrigin(requestID: "q", trace: trace)),
            instant: .now,
            item: .event(
                StoredEvent(
                    sequence: sequence,
                    time: Date(timeIntervalSince1970: 1_000 + (seconds ?? Double(sequence))),
                    branch: branch, event: event)))
    }

    private func started(_ trace: TraceContext) -> [RunObservation] {
        [
            seen(1, .runStarted(RunStarted(crew: "c", input: "i", agent: "a", history: [])), trace),
            seen(2, .turnStarted(TurnStarted(agent: "a")), trace),
            seen(
                3, .roundStarted(RoundStarted(agent: "a", round: 1, model: "openai m at h:1")),
                trace),
        ]
    }

    @Test("A run that is resumed is a part of the request that resumes it")
    func resumed() {
        let (first, second) = (trace("1"), trace("2"))
        var builder = SpanBuilder()
        let call = ToolCall(id: "t", name: "tool")
        var spans = started(first).flatMap { builder.note($0) }
        spans += builder.note(seen(4, .paused(RunPaused(agent: "a", kind: .approval)), first))
        #expect(spans.map(\.name) == ["chat m", "invoke_agent a", "invoke_workflow c"])
        #expect(spans.last?.attributes[.outcome] == .text("paused"))
        #expect(spans.allSatisfy { $0.traceID == first.traceID && $0.error == nil })
        #expect(spans.last?.start.timeIntervalSince1970 == 1_001)
        #expect(spans.last?.end.timeIntervalSince1970 == 1_004)
        #expect(builder.runs.isEmpty)

        // The turn goes on without beginning anew.
        let decided = ApprovalDecided(approval: ApprovalID(rawValue: 4), decision: .approve)
        spans = builder.note(seen(5, .approvalDecided(decided), second))
        spans += builder.note(
            seen(
                6,
                .toolStarted(
                    ToolStarted(agent: "a", call: call, effect: .read, idempotencyKey: "k")),
                second))
        spans += builder.note(
            seen(
                7,
                .toolReturned(
                    ToolReturned(
                        agent: "a",
                        result: ToolResult(
                            call: "t", name: "tool", status: .success, output: ""))), second))
        spans += builder.note(seen(8, .runEnded(RunEnded(outcome: .completed)), second))
        #expect(spans.map(\.name) == ["execute_tool tool", "invoke_agent a", "invoke_workflow c"])
        #expect(spans.allSatisfy { $0.traceID == second.traceID })
        #expect(spans[0].spanID == TraceContext.spanID(of: "r", .toolCall("t", nil)))
        #expect(spans[0].parentID == spans[1].spanID)
        #expect(spans[1].parentID == spans[2].spanID)
        #expect(spans[2].parentID == second.spanID)
    }

    @Test("A run that fails says with what code, and one that reaches a bound which")
    func failures() throws {
        let failure = RunFailure(code: "model_unavailable", message: "said secretly", agent: "a")
        for (outcome, code) in [
            (RunOutcome.failed(failure), "model_unavailable"),
            (.limitReached(.rounds), "max_rounds"),
        ] {
            var builder = SpanBuilder()
            _ = started(trace("1")).flatMap { builder.note($0) }
            let ended = builder.note(seen(4, .runEnded(RunEnded(outcome: outcome)), trace("1")))
            let run = try #require(ended.last)
            #expect(run.error == code)
            #expect(run.attributes[.errorType] == .text(code))
        }
    }

    @Test("A clock that goes backwards makes no span that ends before it begins")
    func clock() {
        var builder = SpanBuilder()
        _ = started(trace("1")).flatMap { builder.note($0) }
        let spans = builder.note(
            seen(4, .runEnded(RunEnded(outcome: .cancelled)), trace("1"), after: -500))
        #expect(spans.count == 3)
        #expect(spans.allSatisfy { $0.end >= $0.start && $0.error == nil })
    }

    @Test("A run in its queue has no span, nor has what comes after the rest")
    func edges() {
        var builder = SpanBuilder()
        let queued = RunQueued(crew: "c", input: "i", agent: "a", session: "s")
        #expect(builder.note(seen(1, .queued(queued), trace("1"))).isEmpty)
        #expect(builder.runs.isEmpty)
        #expect(
            builder.note(seen(2, .runEnded(RunEnded(outcome: .cancelled)), trace("1"))).isEmpty)
        #expect(builder.runs.isEmpty)
    }

    @Test("Runs whose rest was not seen make room for others, the longest silent first")
    func lostEnds() {
        var builder = SpanBuilder(limit: 4)
        let trace = trace("1")
        let started = RunEvent.runStarted(
            RunStarted(crew: "c", input: "i", agent: "a", history: []))
        for number in 1...4 { _ = builder.note(seen(1, started, trace, of: RunID("r\(number)"))) }
        // The first one is heard of again, so the second is silent longest.
        _ = builder.note(seen(2, .turnStarted(TurnStarted(agent: "a")), trace, of: "r1"))
        for number in 5...50 {
            _ = builder.note(seen(1, started, trace, of: RunID("r\(number)")))
            #expect(builder.runs.count == 4)
            if number == 5 { #expect(Set(builder.runs.keys) == ["r1", "r3", "r4", "r5"]) }
        }
        let end = RunEvent.runEnded(RunEnded(outcome: .completed))
        #expect(builder.note(seen(2, end, trace, of: "r50")).map(\.name) == ["invoke_workflow c"])
    }

    @Test("A span holds so many events and counts the rest")
    func bounds() {
        var builder = SpanBuilder()
        _ = started(trace("1")).flatMap { builder.note($0) }
        let warning = RunEvent.warned(RunWarning(code: .slowCall, message: "m"))
        for number in 4..<504 { _ = builder.note(seen(number, warning, trace("1"))) }
        let spans = builder.note(
            seen(504, .runEnded(RunEnded(outcome: .completed)), trace("1")))
        #expect(spans.last?.events.count == Span.mostEvents)
        #expect(spans.last?.droppedEvents == 500 - Span.mostEvents)
    }

    @Test(
        "What a model's name for people tells",
        arguments: [
            ("openai gpt-4o-mini at api.openai.com", "openai", "gpt-4o-mini", "api.openai.com"),
            ("gemini gemini-2 at host", "gcp.gemini", "gemini-2", "host"),
            ("azure my deployment at host", "azure.ai.openai", "my deployment", "host"),
            ("scripted replies", "scripted", "replies", nil), ("alone", "_OTHER", "alone", nil),
            ("", "_OTHER", "", nil),
        ] as [(String, String, String, String?)])
    func labels(text: String, provider: String, model: String, host: String?) {
        let label = ModelLabel(text)
        #expect(label.provider == provider)
        #expect(label.model == model)
        #expect(label.host == host)
    }
}
