import CrewKit
import Foundation
import Testing

@testable import CrewStore

/// Runs of every kind, with all that a store keeps of them, always the same.
///
/// The golden files hold them too, as the version of their name wrote them. What is added here
/// makes a new golden file necessary; what is changed here makes the older ones wrong.
enum StoredLibrary {
    struct Kept: Sendable {
        var record: RunRecord
        var events: [StoredEvent]
    }

    static func time(_ seconds: Double) -> Date {
        Date(timeIntervalSinceReferenceDate: 800_000_000 + seconds + 0.123_456_7)
    }

    private static func run(
        _ id: RunID, session: SessionID? = nil, parent: RunID? = nil, key: String? = nil,
        _ events: [(BranchID?, RunEvent)]
    ) -> Kept {
        let record = RunRecord(
            id: id, crew: "support", session: session, parent: parent,
            idempotencyKey: key.map { IdempotencyKey(text: $0, requestDigest: "0f1e") },
            createdAt: time(0))
        return Kept(
            record: record,
            events: events.enumerated().map { index, event in
                StoredEvent(
                    sequence: index + 1, time: time(Double(index)), branch: event.0, event: event.1)
            })
    }

    private static let start = RunEvent.runStarted(
        RunStarted(
            crew: "support", input: "Wie heißt du? 👩‍🚒\nzweite Zeile", agent: "triage", session: "s1",
            history: [], model: "ollama/small"))

    private static let call = ToolCall(
        id: "call-1", name: "Refund", arguments: ["amount": 12.5, "order": 7, "note": "a/b \"c\""])

    private static func reply(_ agent: AgentID, cost: Double? = nil) -> RunEvent {
        .replied(
            Replied(
                agent: agent, round: 1,
                message: AgentMessage(
                    agent: agent, text: "One moment. [REFUND]", reasoning: "hm", toolCalls: [call]),
                finish: .toolCalls,
                usage: Usage(inputTokens: 120, outputTokens: 34, cachedInputTokens: 100),
                cost: cost, model: "small"))
    }

    private static func asks(_ seconds: Double?) -> RunEvent {
        .approvalRequested(
            ApprovalRequested(
                agent: "triage", call: call, effect: .irreversible, reason: .policy,
                expiresAfterSeconds: seconds))
    }

    static let runs: [Kept] = [
        run(
            "queued", session: "s1",
            [
                (
                    nil,
                    .queued(
                        RunQueued(crew: "support", input: "later", agent: "triage", session: "s1"))
                )
            ]),
        run("running", session: "s1", key: "key-1", [(nil, start)]),
        run("busy", grown),
        run(
            "waits-for-input",
            [
                (nil, start),
                (
                    nil,
                    .paused(
                        RunPaused(agent: "triage", expiresAfterSeconds: 60, defaultAnswer: "no"))
                ),
            ]),
        run(
            "waits-for-approval",
            [
                (nil, start), (nil, reply("triage")), (nil, asks(30)), ("g/1", asks(nil)),
                (nil, .paused(RunPaused(agent: "triage", kind: .approval))),
            ]),
        run("completed", session: "s2", key: "key-2", grown + [(nil, ended(.completed))]),
        run("terminated", [(nil, start), (nil, ended(.terminated(by: "[END]")))]),
        run("limited", [(nil, start), (nil, ended(.limitReached(.rounds)))]),
        run("cancelled", parent: "completed", forked + [(nil, ended(.cancelled))]),
        run(
            "failed",
            [
                (nil, start), (nil, .cancelRequested(CancelRequested(depth: .afterTurn))),
                (nil, .recovered(RunRecovered(policy: .fail))),
                (
                    nil,
                    ended(
                        .failed(RunFailure(code: "model_timeout", message: "it", agent: "triage")))
                ),
            ]),
    ]

    private static func ended(_ outcome: RunOutcome) -> RunEvent {
        .runEnded(RunEnded(outcome: outcome, usage: Usage(inputTokens: 1), cost: 0.25))
    }

    /// One of every event that is in no other run.
    private static let grown: [(BranchID?, RunEvent)] = [
        (nil, start),
        (nil, .turnStarted(TurnStarted(agent: "triage"))),
        (nil, .roundStarted(RoundStarted(agent: "triage", round: 1, model: "small"))),
        (
            nil,
            .contextTrimmed(
                ContextTrimmed(
                    agent: "triage", droppedMessages: 3, estimatedTokensBefore: 9_000,
                    estimatedTokensAfter: 4_000))
        ),
        (nil, reply("triage", cost: 0.1 + 0.2)),
        (
            nil,
            .toolStarted(
                ToolStarted(agent: "triage", call: call, effect: .write, idempotencyKey: "k/1/0"))
        ),
        (
            nil,
            .toolReturned(
                ToolReturned(
                    agent: "triage",
                    result: ToolResult(
                        call: "call-1", name: "Refund", status: .error, output: "no\u{0}")))
        ),
        (
            nil,
            .signalMatched(
                SignalMatched(agent: "triage", signal: "[REFUND]", level: .exact, target: "desk"))
        ),
        (nil, .handedOff(HandedOff(from: "triage", to: "desk", reason: .signal))),
        (
            nil,
            .groupStarted(
                GroupStarted(
                    group: "g", from: "desk",
                    members: [GroupStarted.Member(branch: "g/1", agent: "clerk")]))
        ),
        ("g/1", reply("clerk", cost: 0.5)),
        (
            "g/1",
            .memberEnded(MemberEnded(agent: "clerk", outcome: .limitReached(.time), text: "so far"))
        ),
        (
            nil,
            .groupJoined(GroupJoined(group: "g", text: "all", succeeded: [], failed: ["clerk"]))
        ),
        (
            nil,
            .roundFailed(
                RoundFailed(
                    agent: "desk", round: 2, failure: RunFailure(code: "model_timeout", message: "")
                ))
        ),
        (nil, .warned(RunWarning(agent: "desk", code: .outcomeUnknown, message: "look"))),
    ]

    private static let forked: [(BranchID?, RunEvent)] = [
        (nil, start),
        (nil, asks(5)),
        (
            nil,
            .approvalDecided(
                ApprovalDecided(
                    approval: ApprovalID(rawValue: 2), decision: .refuse, reason: "no",
                    source: .expiry))
        ),
        (nil, .forked(RunForked(run: "completed", sequence: 3, input: "instead", model: "large"))),
        (nil, .resumed(RunResumed(input: nil, agent: "triage"))),
    ]

    static let snapshot = RunSnapshot(sequence: 2, format: 7, bytes: [0, 1, 254, 255])
    static let artifact = Artifact(
        name: "report.bin", mediaType: "application/octet-stream", byteCount: 256,
        createdAt: time(9))
    static let artifactBytes = [UInt8](0...255)

    static func write(to store: some RunStore) async throws {
        for run in runs {
            try await store.create(run.record, events: Array(run.events.prefix(1)))
            try await store.append(Array(run.events.dropFirst()), to: run.record.id)
        }
        try await store.save(snapshot, of: "busy")
        try await store.save(artifact, bytes: artifactBytes, of: "completed")
        try await store.markNotified("completed", through: 16)
    }

    /// Compares all of it.
    static func expect(in store: some RunStore) async throws {
        for run in runs {
            let id = run.record.id
            var record = run.record
            record.note(run.events)
            #expect(try await store.record(of: id) == record)
            #expect(try await store.events(of: id, after: 0, limit: 100) == run.events)
            if let key = record.idempotencyKey?.text {
                #expect(try await store.record(withIdempotencyKey: key) == record)
            }
        }
        let all = try await store.runs(matching: RunQuery(order: .oldestFirst))
        #expect(all.runs.map(\.id) == runs.map(\.record.id))
        #expect(try await store.runs(in: "s1").map(\.id) == ["queued", "running"])
        var unnotified = RunQuery(statuses: [.ended], order: .oldestFirst)
        unnotified.isUnnotified = true
        #expect(
            try await store.runs(matching: unnotified).runs.map(\.id)
                == ["terminated", "limited", "cancelled", "failed"])
        #expect(try await store.snapshot(of: "busy") == snapshot)
        #expect(try await store.artifacts(of: "completed") == [artifact])
        #expect(
            try await store.bytes(ofArtifact: "report.bin", of: "completed") == artifactBytes)
        try await expectUsage(in: store)
    }

    private static func expectUsage(in store: some RunStore) async throws {
        let counts = try await store.usage(from: "2026-01-01", through: "2026-12-31")
        #expect(counts.map(\.agent) == ["clerk", "triage"])
        #expect(counts.map(\.modelCalls) == [2, 3])
        #expect(counts.map(\.usage.inputTokens) == [240, 360])
        #expect(counts.map(\.cost) == [1.0, 0.1 + 0.2 + (0.1 + 0.2)])
        #expect(Set(counts.map(\.day)).count == 1)
    }
}
