import CrewKit
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Figures of runs")
struct RunFiguresTests {
    @Test("A run with a handoff is counted and timed, and so is each turn and model call")
    func wholeRun() {
        var run = ObservedRun(tenant: "acme")
        run.see(.begun)
        run.see(.turn("a"), .round("a"))
        run.wait()
        run.see(.firstToken("a", branch: nil))
        run.see(.firstToken("a", branch: nil))
        run.see(
            .reply(
                "a", usage: Usage(inputTokens: 10, outputTokens: 5, cachedInputTokens: 4), cost: 0.5
            )
        )
        run.see(.handoff("a", "b"), .turn("b"), .round("b"))
        run.see(.reply("b", model: "other-model"), .end(), after: 4)

        #expect(run.sums(.runsStarted) == [["c", "run"]: 1])
        #expect(run.sums(.runsEnded) == [["c", "run", "completed"]: 1])
        #expect(run.sums(.runDuration) == [["c", "completed"]: 8])
        #expect(
            run.sums(.turns) == [["c", "a", "completed"]: 1, ["c", "b", "completed"]: 1])
        #expect(run.sums(.turnDuration) == [["c", "a"]: 3, ["c", "b"]: 4])
        #expect(run.sums(.firstToken) == [["c", "m"]: 1])
        #expect(
            run.sums(.modelCalls) == [
                ["c", "a", "m", "success"]: 1, ["c", "b", "other-model", "success"]: 1,
            ])
        #expect(run.sums(.modelCallDuration) == [["c", "m"]: 2, ["c", "other-model"]: 4])
        #expect(
            run.sums(.tokens) == [["c", "a", "m", "input"]: 10, ["c", "a", "m", "output"]: 5])
        #expect(run.sums(.tokenParts) == [["c", "a", "m", "cached_input"]: 4])
        #expect(run.sums(.usageUnknown) == [["c", "b", "other-model"]: 1])
        #expect(run.sums(.cost) == [["c", "a", "m"]: 0.5])
        #expect(run.sums(.tenantCost) == [["acme"]: 0.5])
        #expect(run.sums(.tenantTokens) == [["acme", "input"]: 10, ["acme", "output"]: 5])
        #expect(run.sums(.tenantRunsEnded) == [["acme", "completed"]: 1])
        #expect(run.sums(.handoffs) == [["c", "a", "b", "signal"]: 1])
        #expect(run.executions.map(\.outcome) == [.success, .success])
        #expect(run.known == 0)
    }

    @Test("Attempts that came to nothing are counted, with what they spent")
    func retries() {
        var run = ObservedRun()
        let retry = RunEvent.modelRetried(
            ModelRetried(agent: "a", round: 1, attempt: 1, delaySeconds: 1, reason: "rate_limited"))
        var lost = LostCalls(attempts: 2, usage: Usage(inputTokens: 7), cost: 0.25)
        lost.model = "first"
        run.see(.begun, .turn("a"), .round("a"))
        run.see(retry)
        run.see(retry)
        run.see(
            .modelFellBack(
                ModelFellBack(agent: "a", round: 1, from: "m", to: "n", reason: "model_failed")),
            .modelHedged(ModelHedged(agent: "a", round: 1, afterSeconds: 2)),
            .modelWaited(ModelWaited(agent: "a", round: 1, endpoint: "e", seconds: 1.5)),
            .breakerChanged(
                BreakerChanged(agent: "a", change: BreakerChange(endpoint: "e", state: .open))))
        run.see(.reply("a", usage: Usage(inputTokens: 3), model: "n", lost: lost), .end())

        #expect(run.sums(.modelRetries) == [["c", "a", "rate_limited"]: 2])
        #expect(run.sums(.modelFallbacks) == [["c", "a", "model_failed"]: 1])
        #expect(run.sums(.modelHedges) == [["c", "a"]: 1])
        #expect(run.sums(.endpointWait) == [["e"]: 1.5])
        #expect(run.sums(.breakerChanges) == [["e", "open"]: 1])
        #expect(run.sums(.modelCallsLost) == [["c", "a", "first"]: 2])
        #expect(
            run.sums(.tokens) == [
                ["c", "a", "first", "input"]: 7, ["c", "a", "n", "input"]: 3,
            ])
        #expect(run.sums(.cost) == [["c", "a", "first"]: 0.25])
        #expect(run.sums(.modelCalls) == [["c", "a", "n", "success"]: 1])
    }

    @Test("Members of a group are timed each for itself")
    func group() {
        var run = ObservedRun()
        run.see(.begun, .turn("a"), .round("a"), .reply("a"))
        run.see(.groupStarted(GroupStarted(group: "g", from: "a", members: [])))
        run.see(.turn("x"), .round("x"), on: "1")
        run.see(.turn("y"), .round("y"), on: "2")
        run.wait()
        run.see(.firstToken("x", branch: "1"))
        run.see(.reply("x"), on: "1")
        run.see(
            .memberEnded(MemberEnded(agent: "x", outcome: .completed, text: "")), on: "1", after: 0)
        run.see(
            .memberEnded(
                MemberEnded(
                    agent: "y", outcome: .failed(RunEvent.failure(.modelTimeout)), text: "")),
            on: "2")
        run.see(.groupJoined(GroupJoined(group: "g", text: "", succeeded: ["x"], failed: ["y"])))
        run.see(.end())

        #expect(run.sums(.groups) == [["c", "g"]: 1])
        #expect(
            run.sums(.turns) == [
                ["c", "a", "completed"]: 1, ["c", "x", "completed"]: 1, ["c", "y", "timed_out"]: 1,
            ])
        #expect(run.sums(.turnDuration) == [["c", "a"]: 1, ["c", "x"]: 3, ["c", "y"]: 3])
        #expect(run.sums(.firstToken) == [["c", "m"]: 2])
        #expect(run.sums(.modelCalls)[["c", "y", "m", "cancelled"]] == 1)
        #expect(run.executions.map(\.outcome) == [.success, .success, .timeout])
        #expect(run.known == 0)
    }

    @Test(
        "A run that works for a call is told apart, and what its caller repeats is not counted twice"
    )
    func childRun() {
        let caller = RunCaller(run: "r", call: "1", depth: 1, isAlone: false)
        var child = ObservedRun("child", caller: caller)
        child.see(.begun, .turn("a"), .round("a"), .reply("a", cost: 1), .end())
        #expect(child.sums(.runsStarted) == [["c", "subrun"]: 1])
        #expect(child.sums(.runsEnded) == [["c", "subrun", "completed"]: 1])

        var run = ObservedRun()
        run.see(.begun, .turn("a"), .round("a"), .reply("a"))
        let before = run.changes
        let repeated = StoredEvent(sequence: 1, time: .distantPast, event: .reply("a", cost: 1))
        run.see(
            .subrunProgressed(
                SubrunProgressed(agent: "a", call: "1", run: "child", event: repeated)))
        #expect(run.changes == before)
    }

    @Test("A run that is seen from its middle is timed from there and leaves nothing behind")
    func middle() {
        var run = ObservedRun()
        run.see(.result("1"))
        run.see(.round("a"))
        run.see(.reply("a"), .end())
        #expect(run.sums(.runsStarted).isEmpty)
        #expect(run.sums(.toolCalls) == [["c", "a", "t", "success"]: 1])
        #expect(run.sums(.toolDuration).isEmpty)
        #expect(run.sums(.turnDuration) == [["c", "a"]: 1])
        #expect(run.sums(.runsEnded) == [["c", "run", "completed"]: 1])
        #expect(run.known == 0)

        var answered = ObservedRun()
        answered.see(.reply("a"), .end())
        #expect(answered.sums(.modelCalls) == [["c", "a", "m", "success"]: 1])
        #expect(answered.sums(.modelCallDuration).isEmpty)
    }

    @Test("A turn that waits for a decision goes on when the run does, and counts once")
    func approval() {
        var run = ObservedRun()
        let call = ToolCall(id: "1", name: "t")
        run.see(.begun, .turn("a"), .round("a"), .reply("a"))
        run.see(
            .approvalRequested(
                ApprovalRequested(agent: "a", call: call, effect: .write, reason: .policy)),
            .paused(RunPaused(agent: "a", kind: .approval)))
        #expect(run.known == 0)
        run.see(
            .approvalDecided(
                ApprovalDecided(approval: ApprovalID(rawValue: 5), decision: .approve)),
            after: 1_000)
        run.see(.tool("1"))
        run.see(.result("1"), after: 2)
        run.see(.round("a", 2), .reply("a"), .end(), after: 0)

        #expect(run.sums(.runPauses) == [["c", "approval"]: 1])
        #expect(run.sums(.approvalsRequested) == [["c", "t"]: 1])
        #expect(run.sums(.approvalsDecided) == [["c", "approve", "person"]: 1])
        #expect(run.sums(.turns) == [["c", "a", "completed"]: 1])
        #expect(run.sums(.toolDuration) == [["c", "t"]: 2])
        #expect(run.sums(.runDuration) == [["c", "paused"]: 1, ["c", "completed"]: 3])
        #expect(run.known == 0)
    }

    @Test("A pause for an answer ends the turn; the run that goes on is counted as resumed")
    func resumed() {
        var run = ObservedRun()
        run.see(.begun, .turn("a"), .round("a"), .reply("a"), .paused(RunPaused(agent: "a")))
        run.see(.resumed(RunResumed(input: "more", agent: "a")), .turn("a"), .round("a"))
        run.see(.reply("a"), .end(.terminated(by: "[END]")))
        run.see(.recovered(RunRecovered(policy: .resume)), .end(.cancelled))
        #expect(run.sums(.runsResumed) == [["c", "person"]: 1, ["c", "restart"]: 1])
        #expect(run.sums(.turns) == [["c", "a", "completed"]: 2])
        #expect(run.sums(.runsStarted) == [["c", "run"]: 1])
        #expect(run.sums(.runsEnded)[["c", "run", "terminated"]] == 1)
    }

    @Test(
        "How a turn ends is told by how its run ends",
        arguments: [
            (.cancelled, "cancelled", nil), (.limitReached(.rounds), "limit_reached", .error),
            (.limitReached(.time), "timed_out", .timeout),
            (.failed(RunEvent.failure(.modelTimeout)), "timed_out", .timeout),
            (.failed(RunEvent.failure(.storeFailed)), "failed", .error),
        ] as [(RunOutcome, String, AgentExecution.Outcome?)])
    func ends(_ outcome: RunOutcome, _ name: String, _ counted: AgentExecution.Outcome?) {
        var run = ObservedRun()
        run.see(.begun, .turn("a"), .round("a"))
        run.see(.end(outcome))
        #expect(run.sums(.turns) == [["c", "a", name]: 1])
        #expect(run.executions.map(\.outcome) == (counted.map { [$0] } ?? []))
        // The model call was given up with it.
        #expect(run.sums(.modelCalls) == [["c", "a", "m", "cancelled"]: 1])
    }

    @Test("A model call that a budget refused was not made, one that failed tells its code")
    func refusedAndFailed() {
        var run = ObservedRun()
        let limit = BudgetLimit(.tokens, per: .run, amount: 1)
        run.see(.begun, .turn("a"), .round("a"))
        run.see(
            .budgetReported(
                BudgetReported(
                    agent: "a", round: 1,
                    notice: BudgetNotice(kind: .refused, limit: limit, owner: "r", spent: 1))),
            .end(.limitReached(.budget)))
        #expect(run.sums(.modelCalls) == [["c", "a", "m", "refused"]: 1])
        #expect(run.sums(.modelCallDuration).isEmpty)
        #expect(run.sums(.budgetNotices) == [["c", "a", "refused"]: 1])
        #expect(run.sums(.runLimitsReached) == [["c", "budget"]: 1])

        var failed = ObservedRun()
        let failure = RunEvent.failure(.modelTimeout)
        failed.see(.begun, .turn("a"), .round("a"))
        failed.see(
            .roundFailed(RoundFailed(agent: "a", round: 1, failure: failure)),
            .end(.failed(failure)))
        #expect(failed.sums(.modelCallFailures) == [["c", "m", "model_timeout"]: 1])
        #expect(failed.sums(.modelCalls) == [["c", "a", "m", "failed"]: 1])
        #expect(failed.sums(.runFailures) == [["c", "model_timeout"]: 1])
    }

    @Test("An input that waits for its session is timed until it begins")
    func queued() {
        var run = ObservedRun()
        run.see(.queued(RunQueued(crew: "c", input: "hi", agent: "a", session: "s")))
        run.see(.begun, after: 9)
        run.see(.end())
        #expect(run.sums(.runsQueued) == [["c"]: 1])
        #expect(run.sums(.sessionWait) == [["c"]: 9])
        #expect(run.sums(.runDuration) == [["c", "completed"]: 1])

        var given = ObservedRun()
        given.see(.queued(RunQueued(crew: "c", input: "hi", agent: "a", session: "s")))
        given.see(.end(.cancelled))
        #expect(given.sums(.runDuration).isEmpty && given.known == 0)
    }

    @Test("Waits for room and writes of the store are measured, and leave nothing behind")
    func admission() {
        var run = ObservedRun()
        run.see(.admitted(after: .seconds(3)))
        run.see(.appended(4, in: .milliseconds(250)))
        run.see(.firstToken("a", branch: nil))
        #expect(run.sums(.admissionWait) == [["c"]: 3])
        #expect(run.sums(.storeAppend) == [[]: 0.25])
        #expect(run.sums(.storeEvents) == [[]: 4])
        #expect(run.known == 0)
    }

    @Test(
        "Runs that never come to rest are forgotten when there are too many, the silent ones first")
    func forgotten() {
        var observed = ObservedRun(figures: RunFigures(limit: 8))
        let begun = RunObservation.Item.event(
            StoredEvent(sequence: 1, time: .distantPast, event: .begun))
        for number in 1...100 {
            observed.wait()
            observed.see(begun, of: RunFacts(run: RunID("r\(number)"), crew: "c"))
        }
        #expect(observed.known <= 8)
        #expect(observed.sums(.runsStarted) == [["c", "run"]: 100])
        let ended = RunObservation.Item.event(
            StoredEvent(sequence: 2, time: .distantPast, event: .end()))
        observed.see(ended, of: RunFacts(run: "r100", crew: "c"))
        #expect(observed.sums(.runDuration) == [["c", "completed"]: 0])
    }
}
