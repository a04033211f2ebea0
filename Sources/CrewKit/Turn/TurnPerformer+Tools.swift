extension TurnPerformer {
    /// The events that announce tool calls, each with the key that stays the same when it is
    /// repeated; for a call that a person has to allow first, the request to do so.
    func startTools(
        _ calls: [ToolCall], of agent: AgentID, in state: RunState
    ) -> [RunEvent] {
        calls.map { call in
            let definition = offered(call.name, to: agent)?.definition
            let effect = definition?.effect ?? .read
            let approval = definition?.approval ?? crew.settings.toolApproval
            if approval.asks(effect: effect, arguments: call.arguments),
                !state.isApproved(call.id)
            {
                return .approvalRequested(
                    state.approval(of: call, by: agent, effect, because: .policy))
            }
            return .toolStarted(
                ToolStarted(
                    agent: agent, call: call, effect: effect,
                    idempotencyKey: idempotencyKey(of: call, in: state)))
        }
    }

    /// Performs one call and always comes back with its result.
    func call(
        _ call: ToolCall, of agent: AgentID, in state: RunState, until batch: RunClock.Deadline
    ) async -> ToolResult {
        func result(_ status: ToolResult.Status, _ output: String) -> ToolResult {
            ToolResult(call: call.id, name: call.name, status: status, output: output)
        }
        guard let tool = offered(call.name, to: agent) else {
            return result(.error, unknownTool(call.name, of: agent))
        }
        let arguments: JSONObject
        do throws(CrewError) {
            arguments = try ArgumentCheck.arguments(call.arguments, for: tool.definition)
        } catch {
            return result(.error, error.message)
        }
        let limit = min(
            tool.definition.timeout ?? crew.settings.toolTimeout, clock.remaining(until: batch))
        guard limit > .zero else {
            return result(.timeout, "Not done: the time for all tools of this reply was over.")
        }
        let invocation = ToolInvocation(
            call: call.id, arguments: arguments,
            idempotencyKey: idempotencyKey(of: call, in: state), run: run, agent: agent,
            conversation: state.entries, artifacts: RunArtifacts(run: run, store: store, now: now))
        let end = await AbandonableCall(executor: toolExecutor, clock: clock.clock, limit: limit)
            .perform { try await tool.call(invocation) }
        switch end {
        case .returned(let output): return result(.success, StoredOutput.cut(output))
        case .threw(let error):
            return result(.error, StoredOutput.cut(Self.message(of: error)))
        case .outOfTime:
            return result(.timeout, "Tool \(call.name) gave no result within \(limit).")
        case .cancelled: return result(.cancelled, "The call was cancelled.")
        }
    }

    private func idempotencyKey(of call: ToolCall, in state: RunState) -> String {
        var ordinal = 0
        if case .toolsUnderWay(_, let batch) = state.phase {
            ordinal = batch.calls.firstIndex { $0.id == call.id } ?? 0
        }
        let place = branch.map { "/\($0)" } ?? ""
        return "\(run)\(place)/\(state.totalRounds)/\(ordinal + 1)"
    }

    private static func message(of error: any Error) -> String {
        (error as? CrewError)?.message ?? "\(error)"
    }
}
