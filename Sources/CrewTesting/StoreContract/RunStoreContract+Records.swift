import CrewKit

extension RunStoreContract {
    func checkRecords() async throws {
        try await keepsWhatWasCreated()
        try await followsTheStanding()
        try await addsUpWhatWasSpent()
        try await followsApprovals()
        try await followsApprovalsOfMembers()
        try await keepsIdempotencyKeys()
    }

    private func keepsWhatWasCreated() async throws {
        let store = try await emptyStore()
        let run = try await WrittenRun(in: store, session: "s", parent: "p", key: "k")
        let record = try await run.record
        try require(record?.id == "r" && record?.crew == "c", "a record keeps run and crew")
        try require(record?.session == "s", "a record keeps its session")
        try require(record?.parent == "p", "a record keeps what it was forked from")
        try require(
            record?.idempotencyKey == IdempotencyKey(text: "k", requestDigest: "digest"),
            "a record keeps its idempotency key and the request's digest")
        try require(record?.createdAt == WrittenRun.time(0), "a record keeps its creation")
        try require(record?.updatedAt == WrittenRun.time(1), "a record knows its last event's time")
        try require(record?.lastSequence == 1, "a record counts the events it began with")
    }

    private func followsTheStanding() async throws {
        let store = try await emptyStore()
        var run = try await WrittenRun(in: store, session: "s")
        let queued = RunQueued(crew: "c", input: "one\ntwo", agent: "a", session: "s")
        try await run.append(.queued(queued))
        var record = try await run.record
        try require(record?.status == .queued, "a record tells of a queue")
        try require(record?.title == "one", "a record's title is how the input begins")
        try await run.append(
            .runStarted(RunStarted(crew: "c", input: "one", agent: "a", history: [])))
        record = try await run.record
        try require(record?.status == .running, "a started run runs")
        try await run.pause(expiresAfter: 10)
        record = try await run.record
        try require(record?.status == .paused(at: "a"), "a record tells of a pause")
        try require(
            record?.pause?.sequence == 4 && record?.expiresAt == WrittenRun.time(14),
            "a record knows its pause and when that expires")
        try await run.append(.resumed(RunResumed(input: "x", agent: "a")))
        record = try await run.record
        try require(record?.status == .running && record?.pause == nil, "a resumed run runs")
        try await run.append(
            .memberEnded(MemberEnded(agent: "a", outcome: .completed, text: "")), branch: "g/1")
        try await run.append(.runEnded(RunEnded(outcome: .cancelled)), branch: "g/1")
        record = try await run.record
        try require(record?.status == .running, "a member's end is not its run's")
        try await run.end()
        record = try await run.record
        try require(record?.status == .ended(.completed), "a record tells of the end")
        try require(record?.lastSequence == 8, "a record knows the last sequence")
        try await run.append(.recovered(RunRecovered(policy: .resume)))
        record = try await run.record
        try require(record?.status == .running, "a run that is taken up again runs")
    }

    private func addsUpWhatWasSpent() async throws {
        let store = try await emptyStore()
        var run = try await WrittenRun(in: store)
        try await run.append(
            .replied(reply(usage: Usage(inputTokens: 3, outputTokens: 4), cost: 1)))
        try await run.append(
            .replied(reply(usage: Usage(inputTokens: 5), cost: 0.5)), branch: "g/1")
        var record = try await run.record
        try require(record?.modelCalls == 2, "a record counts model calls, those of members too")
        try require(
            record?.usage == Usage(inputTokens: 8, outputTokens: 4), "a record adds up usage")
        try require(record?.cost == 1.5, "a record adds up cost")
        try await run.append(.replied(reply()))
        record = try await run.record
        try require(
            record?.usage?.isComplete == false, "a call that says nothing makes a sum partial")
    }

    func approval(_ call: ToolCallID, expiresAfter seconds: Double? = nil) -> RunEvent {
        .approvalRequested(
            ApprovalRequested(
                agent: "a", call: ToolCall(id: call, name: "t", arguments: ["to": "all"]),
                effect: .irreversible, reason: .policy, expiresAfterSeconds: seconds))
    }

    func decision(_ approval: Int) -> RunEvent {
        .approvalDecided(
            ApprovalDecided(approval: ApprovalID(rawValue: approval), decision: .approve))
    }

    private func followsApprovals() async throws {
        let store = try await emptyStore()
        var run = try await WrittenRun(in: store)
        try await run.append(approval("1", expiresAfter: 60))
        try await run.append(approval("2", expiresAfter: 30))
        try await run.append(.paused(RunPaused(agent: "a", kind: .approval)))
        var record = try await run.record
        try require(
            record?.approvals.map(\.id.rawValue) == [2, 3],
            "a record names the calls that wait, in the order in which they were asked for")
        try require(
            record?.approvals.first?.request.call.arguments == ["to": "all"],
            "a call that waits keeps its arguments")
        try require(
            record?.expiresAt == WrittenRun.time(33), "the approval that expires first counts")
        try await run.append(decision(3))
        record = try await run.record
        try require(record?.approvals.map(\.id.rawValue) == [2], "a decided call waits no more")
        try require(record?.status == .paused(at: "a"), "a run waits for the last decision")
        try require(record?.expiresAt == WrittenRun.time(62), "what was decided expires no more")
        try await run.append(decision(2))
        record = try await run.record
        try require(
            record?.status == .running && record?.approvals.isEmpty == true,
            "the last decision lets the run go on")
        try require(record?.expiresAt == nil, "a run that goes on does not expire")
    }

    private func followsApprovalsOfMembers() async throws {
        let store = try await emptyStore()
        var run = try await WrittenRun(in: store)
        try await run.append(approval("1"), branch: "g/1")
        try await run.append(approval("1"), branch: "g/2")
        try await run.append(.paused(RunPaused(agent: "a", kind: .approval)))
        var record = try await run.record
        try require(
            record?.approvals.map(\.branch) == ["g/1", "g/2"], "an approval knows its member")
        try await run.append(decision(2), branch: "g/1")
        try await run.append(decision(3), branch: "g/2")
        record = try await run.record
        try require(record?.status == .running, "a member's last decision lets the run go on")
        try await run.append(approval("2"))
        try await run.append(.runEnded(RunEnded(outcome: .cancelled)))
        record = try await run.record
        try require(record?.approvals.isEmpty == true, "an ended run asks for nothing")
    }

    private func keepsIdempotencyKeys() async throws {
        let store = try await emptyStore()
        _ = try await WrittenRun(in: store, "first", key: "k")
        _ = try await WrittenRun(in: store, "other", key: "K")
        _ = try await WrittenRun(in: store, "none")
        let found = try await store.record(withIdempotencyKey: "k")
        try require(found?.id == "first", "a key finds its run")
        let unknown = try await store.record(withIdempotencyKey: "first")
        try require(unknown == nil, "an unknown key finds nothing")
        let code = await code { _ = try await WrittenRun(in: store, "second", key: "k") }
        try require(code == .conflict, "a key begins one run")
        let second = try await store.record(of: "second")
        try require(second == nil, "a refused key stores nothing")
        try await store.delete("first")
        let gone = try await store.record(withIdempotencyKey: "k")
        try require(gone == nil, "a key goes with its run")
        _ = try await WrittenRun(in: store, "third", key: "k")
    }

    func reply(
        agent: AgentID = "a", model: String = "m", usage: Usage? = nil, cost: Double? = nil
    ) -> Replied {
        Replied(
            agent: agent, round: 1, message: AgentMessage(agent: agent, text: "x"), finish: .stop,
            usage: usage, cost: cost, model: model)
    }
}
