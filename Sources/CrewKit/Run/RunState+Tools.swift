/// What becomes of the tool calls of a reply.
extension RunState {
    static let unknownOutcome =
        "It is not known whether this call took effect: the run was broken off while it was under way. "
        + "Find out before you repeat it."

    func continueTools(_ batch: ToolBatch, of agent: AgentID) -> Step {
        let transfers = transferResults(in: batch, of: agent)
        if !transfers.isEmpty { return .record(transfers) }
        let settled = batch.due.flatMap { settle($0, in: batch, of: agent) }
        if !settled.isEmpty { return .record(settled) }
        let due = batch.due
        let unstarted = due.filter { batch.started[$0.id] == nil }
        if !unstarted.isEmpty { return .startTools(agent, unstarted) }
        if !due.isEmpty { return .callTools(agent, due) }
        if !batch.approvals.isEmpty { return waitForApproval(of: agent) }
        if let asked = batch.asked { return goOn(after: asked) }
        if let target = transfer(in: batch, of: agent) {
            return .record(follow(target, from: agent, reason: .tool))
        }
        return startTurn(of: agent)
    }

    /// What is decided about a call without making it: nothing for most.
    ///
    /// A call that was under way when the process died is made again when its tool only reads,
    /// never when it writes; what cannot be undone is for a person to decide.
    private func settle(_ call: ToolCall, in batch: ToolBatch, of agent: AgentID) -> [RunEvent] {
        let isInterrupted = batch.interrupted.contains(call.id)
        if let decided = batch.decisions[call.id], decided.decision == .refuse {
            return [refused(call, of: agent, decided, isInterrupted: isInterrupted)]
        }
        guard isInterrupted else { return [] }
        switch batch.started[call.id] ?? .write {
        case .read: return []
        case .write:
            let text = "the outcome of \(call.name) is unknown: the run was broken off while it ran"
            return [
                .warned(RunWarning(agent: agent, code: .outcomeUnknown, message: text)),
                returned(call, of: agent, .unknown, Self.unknownOutcome),
            ]
        case .irreversible:
            return [
                .approvalRequested(
                    approval(of: call, by: agent, .irreversible, because: .unknownOutcome))
            ]
        }
    }

    func isApproved(_ call: ToolCallID) -> Bool {
        guard case .toolsUnderWay(_, let batch) = phase else { return false }
        return batch.decisions[call]?.decision == .approve
    }

    /// The decision with which a person gave a call other arguments than the model's own.
    func edit(of call: ToolCallID) -> ApprovalDecided? {
        guard case .toolsUnderWay(_, let batch) = phase, let decided = batch.decisions[call],
            decided.arguments != nil
        else { return nil }
        return decided
    }

    /// Whether a call that was announced may be made of the tool as it is now: servers change their
    /// tools, and one that was not there was not asked about.
    func covers(_ call: ToolCall, _ tool: ToolDefinition, _ settings: CrewSettings) -> Bool {
        guard case .toolsUnderWay(_, let batch) = phase, let announced = batch.started[call.id]
        else { return true }
        let effect = tool.isIdempotent ? .read : tool.effect
        guard announced != .read || effect == .read else { return false }
        return isApproved(call.id) || !tool.asks(about: call.arguments, settings)
    }

    /// The request to a person to decide about a call.
    func approval(
        of call: ToolCall, by agent: AgentID, _ effect: ToolEffect,
        because reason: ApprovalRequested.Reason
    ) -> ApprovalRequested {
        ApprovalRequested(
            agent: agent, call: call, effect: effect, reason: reason,
            expiresAfterSeconds: crew.settings.approvalTimeout.map { $0 / .seconds(1) },
            defaultDecision: crew.settings.approvalDefault)
    }

    private func refused(
        _ call: ToolCall, of agent: AgentID, _ decided: ApprovalDecided, isInterrupted: Bool
    ) -> RunEvent {
        let reason = decided.reason.map { " Reason: \($0)" } ?? ""
        if isInterrupted {
            let text = "\(Self.unknownOutcome) It was decided not to make it again.\(reason)"
            return returned(call, of: agent, .unknown, text)
        }
        let text =
            decided.source == .expiry
            ? "Not done: nobody allowed this call in time."
            : "Not done: a person refused this call.\(reason)"
        return returned(call, of: agent, .refused, text)
    }

    private func returned(
        _ call: ToolCall, of agent: AgentID, _ status: ToolResult.Status, _ output: String
    ) -> RunEvent {
        let result = ToolResult(call: call.id, name: call.name, status: status, output: output)
        return .toolReturned(ToolReturned(agent: agent, result: result))
    }

    /// A member waits by itself; its run is paused when all that is left waits.
    func waitForApproval(of agent: AgentID) -> Step {
        guard member == nil else { return .rest(.paused(at: agent)) }
        return .record([.paused(RunPaused(agent: agent, kind: .approval))])
    }
}
