import Synchronization

/// Passes what arrives of a reply on to the feed, numbered, and remembers what must be stored.
final class DeltaRelay: Sendable {
    private struct State {
        var index = 0
        /// What befell the call, and how much of it is stored already.
        var events: [RunEvent] = []
        var reported = 0
        var lost: LostCalls?
    }

    private let feed: EventFeed
    private let branch: BranchID?
    private let agent: AgentID
    private let round: Int
    private let state = Mutex(State())
    private let news = AsyncStream.makeStream(of: RunEvent.self)

    init(feed: EventFeed, branch: BranchID?, agent: AgentID, round: Int) {
        self.feed = feed
        self.branch = branch
        self.agent = agent
        self.round = round
    }

    /// What befell the call and could not be stored while it was under way.
    var unreported: [RunEvent] { state.withLock { Array($0.events.dropFirst($0.reported)) } }

    /// Makes the call, and has stored meanwhile what befalls it: a wait may be long, and a process may
    /// die in it.
    func reporting(
        _ report: @escaping @Sendable (RunEvent) async throws -> Void,
        _ call: @Sendable () async throws -> ModelReply
    ) async throws -> ModelReply {
        try await withThrowingTaskGroup(of: Void.self) { group in
            // The group waits for what is being stored; a cancelled one leaves the rest to the loop.
            defer { news.continuation.finish() }
            group.addTask {
                for await event in self.news.stream {
                    // What is not stored now is stored with the reply, or tells then why it cannot be.
                    guard (try? await report(event)) != nil else { return }
                    self.state.withLock { $0.reported += 1 }
                }
            }
            return try await call()
        }
    }

    /// What attempts spent that came to nothing; absent when there were none.
    func lost(of model: String) -> LostCalls? {
        state.withLock { state in
            state.lost?.model = model
            return state.lost
        }
    }

    /// What is stored of a call that brought no reply; `nil` when it was cancelled before it had spent
    /// anything.
    func events(
        after error: any Error, of model: String, failed: (CrewError, LostCalls?) -> RunEvent
    ) -> [RunEvent]? {
        let lost = lost(of: model)
        if error is CancellationError, Task.isCancelled {
            guard let lost, lost.usage != nil else { return nil }
            return unreported + [
                .roundCancelled(RoundCancelled(agent: agent, round: round, lost: lost))
            ]
        }
        let error = CrewError(modelFailure: error)
        guard let refusal = error.cause as? BudgetRefusal else {
            return unreported + [failed(error, lost)]
        }
        let report = BudgetReported(
            agent: agent, round: round, notice: refusal.notice, lost: lost)
        return unreported + [.budgetReported(report)]
    }

    func pass(on progress: ModelProgress) {
        switch progress {
        case .text(let text): show(.text(text))
        case .reasoning(let text): show(.reasoning(text))
        case .retrying(let attempt, let delay, let reason):
            show(.abandoned(because: reason))
            lose { $0.attempts += 1 }
            note(
                .modelRetried(
                    ModelRetried(
                        agent: agent, round: round, attempt: attempt,
                        delaySeconds: delay / .seconds(1), reason: reason.rawValue)))
        case .fellBack(let from, let to, let reason):
            show(.abandoned(because: reason))
            lose { $0.attempts += 1 }
            note(
                .modelFellBack(
                    ModelFellBack(
                        agent: agent, round: round, from: from, to: to, reason: reason.rawValue)))
        case .hedged(let delay):
            note(
                .modelHedged(
                    ModelHedged(agent: agent, round: round, afterSeconds: delay / .seconds(1))))
        case .waited(let time, let endpoint):
            note(
                .modelWaited(
                    ModelWaited(
                        agent: agent, round: round, endpoint: endpoint,
                        seconds: time / .seconds(1))))
        case .breaker(let change):
            note(.breakerChanged(BreakerChanged(agent: agent, change: change)))
        case .lost(let usage, let cost): lose { $0.add(usage, cost: cost) }
        case .budget(let notice):
            note(.budgetReported(BudgetReported(agent: agent, round: round, notice: notice)))
        }
    }

    private func show(_ kind: MessageDelta.Kind) {
        let index = state.withLock { state in
            defer { state.index += 1 }
            return state.index
        }
        feed.publish(
            MessageDelta(branch: branch, agent: agent, round: round, index: index, kind: kind))
    }

    private func lose(_ change: (inout LostCalls) -> Void) {
        state.withLock { state in
            var lost = state.lost ?? LostCalls()
            change(&lost)
            state.lost = lost
        }
    }

    private func note(_ event: RunEvent) {
        state.withLock { $0.events.append(event) }
        news.continuation.yield(event)
    }
}
