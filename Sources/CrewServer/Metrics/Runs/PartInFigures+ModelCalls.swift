import CrewKit

extension PartInFigures {
    mutating func takeModelCall(_ event: RunEvent, into changes: inout FigureChanges) {
        let crew = changes.crew
        switch event {
        case .roundStarted(let started): begin(started, &changes)
        case .replied(let reply): take(reply, &changes)
        case .roundFailed(let failed): take(failed, &changes)
        case .roundCancelled(let cancelled):
            close("cancelled", &changes)
            lose(cancelled.lost, of: cancelled.agent, &changes)
        case .budgetReported(let report): take(report, &changes)
        case .replyRejected(let rejected):
            changes.count(
                .repliesRejected, crew, rejected.agent.rawValue, String(rejected.isRepaired))
        case .modelRetried(let retry):
            changes.count(.modelRetries, crew, retry.agent.rawValue, retry.reason)
        case .modelFellBack(let fallback):
            changes.count(.modelFallbacks, crew, fallback.agent.rawValue, fallback.reason)
        case .modelHedged(let hedge): changes.count(.modelHedges, crew, hedge.agent.rawValue)
        case .modelWaited(let wait):
            changes.add(.add(max(0, wait.seconds), .endpointWait, [wait.endpoint]))
        case .breakerChanged(let changed):
            changes.count(
                .breakerChanges, changed.change.endpoint, changed.change.state.rawValue)
        case .contextTrimmed(let trimmed):
            changes.count(.contextsTrimmed, crew, trimmed.agent.rawValue)
        default: break
        }
    }

    /// A model began to answer; only the first time counts, whatever was begun anew.
    mutating func beginReply(
        _ crew: String, _ instant: ContinuousClock.Instant
    ) -> FigureChange? {
        guard let round, !round.hasBegun else { return nil }
        self.round?.hasBegun = true
        return .time(.firstToken, instant - round.began, crew, round.model)
    }

    private mutating func begin(_ started: RoundStarted, _ changes: inout FigureChanges) {
        if let round { finish(round, "cancelled", &changes) }
        if turn?.agent != started.agent.rawValue { begin(started.agent, &changes) }
        tools = [:]
        round = Round(
            agent: started.agent.rawValue, model: started.model, began: changes.instant)
    }

    private mutating func take(_ reply: Replied, _ changes: inout FigureChanges) {
        let (agent, model) = (reply.agent.rawValue, reply.model)
        if round == nil {
            // Its beginning was not seen.
            changes.count(.modelCalls, changes.crew, agent, model, "success")
        }
        close("success", &changes, answeredBy: model)
        if let usage = reply.usage {
            spend(usage, reply.cost, agent, model, &changes)
        } else {
            changes.count(.usageUnknown, changes.crew, agent, model)
            spend(Usage(), reply.cost, agent, model, &changes)
        }
        lose(reply.lost, of: reply.agent, &changes)
    }

    private mutating func take(_ failed: RoundFailed, _ changes: inout FigureChanges) {
        let model = round?.model ?? failed.lost?.model ?? "unknown"
        changes.count(.modelCallFailures, changes.crew, model, failed.failure.code)
        close("failed", &changes)
        lose(failed.lost, of: failed.agent, &changes)
    }

    private mutating func take(_ report: BudgetReported, _ changes: inout FigureChanges) {
        changes.count(
            .budgetNotices, changes.crew, report.agent.rawValue, report.notice.kind.rawValue)
        switch report.notice.kind {
        // The call was announced and not made.
        case .refused, .unknownPrice: close("refused", &changes)
        case .warning, .exceeded: break
        }
        lose(report.lost, of: report.agent, &changes)
    }

    private mutating func close(
        _ outcome: String, _ changes: inout FigureChanges, answeredBy model: String? = nil
    ) {
        guard let round else { return }
        finish(round, outcome, &changes, answeredBy: model)
        self.round = nil
    }

    func finish(
        _ round: Round, _ outcome: String, _ changes: inout FigureChanges,
        answeredBy model: String? = nil
    ) {
        let model = model ?? round.model
        changes.count(.modelCalls, changes.crew, round.agent, model, outcome)
        if outcome != "refused" {
            changes.time(.modelCallDuration, since: round.began, changes.crew, model)
        }
    }

    private func lose(_ lost: LostCalls?, of agent: AgentID, _ changes: inout FigureChanges) {
        guard let lost else { return }
        let model = lost.model ?? round?.model ?? "unknown"
        if lost.attempts > 0 {
            changes.add(
                .add(
                    Double(lost.attempts), .modelCallsLost,
                    [changes.crew, agent.rawValue, model]))
        }
        spend(lost.usage ?? Usage(), lost.cost, agent.rawValue, model, &changes)
    }

    private func spend(
        _ usage: Usage, _ cost: Double?, _ agent: String, _ model: String,
        _ changes: inout FigureChanges
    ) {
        let (crew, tenant) = (changes.crew, changes.run.tenant)
        for (type, count) in [("input", usage.inputTokens), ("output", usage.outputTokens)] {
            guard let count, count > 0 else { continue }
            changes.add(.add(Double(count), .tokens, [crew, agent, model, type]))
            if let tenant { changes.add(.add(Double(count), .tenantTokens, [tenant, type])) }
        }
        let parts = [
            ("cached_input", usage.cachedInputTokens), ("cache_write", usage.cacheWriteTokens),
            ("reasoning", usage.reasoningTokens),
        ]
        for (type, count) in parts {
            guard let count, count > 0 else { continue }
            changes.add(.add(Double(count), .tokenParts, [crew, agent, model, type]))
        }
        guard let cost, cost > 0 else { return }
        changes.add(.add(cost, .cost, [crew, agent, model]))
        if let tenant { changes.add(.add(cost, .tenantCost, [tenant])) }
    }
}
