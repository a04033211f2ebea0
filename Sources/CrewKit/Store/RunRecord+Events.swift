package import Foundation

extension RunRecord {
    /// Characters of an input that a title shows.
    private static let titleLength = 120

    /// Takes in events that were appended: stores keep their records with this.
    public mutating func note(_ events: [StoredEvent]) {
        for stored in events {
            lastSequence = stored.sequence
            updatedAt = stored.time
            noteApprovals(stored)
            noteSpending(stored.event)
            if stored.branch == nil { noteStanding(stored) }
            // The last decision, a member's too, lets the run go on.
            if pause?.kind == .approval, approvals.isEmpty { goOn() }
        }
    }

    private mutating func noteStanding(_ stored: StoredEvent) {
        switch stored.event {
        case .queued(let queued):
            status = .queued
            (tenant, origin) = (queued.tenant, queued.origin)
            title = Self.title(of: queued.input)
        case .runStarted(let started):
            status = .running
            (tenant, origin) = (started.tenant, started.origin)
            title = Self.title(of: started.input)
        case .paused(let paused):
            status = .paused(at: paused.agent)
            pause = Pause(
                sequence: stored.sequence, kind: paused.kind, agent: paused.agent,
                expiresAt: stored.expiry(after: paused.expiresAfterSeconds), party: paused.party,
                question: paused.question)
        case .resumed(let resumed):
            origin = resumed.origin ?? origin
            goOn()
        case .forked(let forked):
            origin = forked.origin
            goOn()
        case .recovered: goOn()
        case .runEnded(let end):
            status = .ended(end.outcome)
            pause = nil
            approvals = []
        default: break
        }
    }

    private mutating func goOn() {
        status = .running
        pause = nil
    }

    private mutating func noteApprovals(_ stored: StoredEvent) {
        switch stored.event {
        case .approvalRequested(let request):
            approvals.append(
                Approval(
                    id: ApprovalID(rawValue: stored.sequence), branch: stored.branch,
                    requestedAt: stored.time,
                    expiresAt: stored.expiry(after: request.expiresAfterSeconds),
                    request: request))
        case .approvalDecided(let decided):
            approvals.removeAll { $0.id == decided.approval }
        case .memberEnded: approvals.removeAll { $0.branch == stored.branch }
        case .toolReturned(let returned):
            approvals.removeAll {
                $0.request.call.id == returned.result.call && $0.branch == stored.branch
            }
        default: break
        }
    }

    private mutating func noteSpending(_ event: RunEvent) {
        switch event {
        case .replied(let reply):
            modelCalls += 1
            spend(reply.lost?.usage, cost: reply.lost?.cost)
            spend(reply.usage ?? Usage(isComplete: false), cost: reply.cost)
        case .toolReturned(let returned): spend(returned.usage, cost: returned.cost)
        // A call that was under way when its process died has no other event.
        case .runEnded(let ended) where ended.usage?.isComplete == false:
            usage?.isComplete = false
        case .roundCancelled(let cancelled):
            spend(cancelled.lost.usage, cost: cancelled.lost.cost)
        case .roundFailed(let failed): spend(failed.lost?.usage, cost: failed.lost?.cost)
        case .budgetReported(let report): spend(report.lost?.usage, cost: report.lost?.cost)
        default: break
        }
    }

    private mutating func spend(_ spent: Usage?, cost spentCost: Double?) {
        if let spent { usage = usage.map { $0 + spent } ?? spent }
        if let spentCost { cost = (cost ?? 0) + spentCost }
    }

    private static func title(of input: String) -> String {
        let line = input.split(whereSeparator: \.isNewline).first ?? ""
        return line.count <= titleLength ? String(line) : line.prefix(titleLength - 1) + "…"
    }
}

extension StoredEvent {
    /// The longest wait that anything is given: 100 years.
    static let longestWait = 100 * 365.25 * 86_400

    /// When a wait ends that began with this event; `nil` for one without an end.
    ///
    /// Events that were imported may ask for any number of seconds.
    package func expiry(after seconds: Double?) -> Date? {
        guard let seconds, seconds.isFinite else { return nil }
        return time + min(max(0, seconds), Self.longestWait)
    }
}
