import Foundation

extension TurnPerformer {
    /// The events that announce tool calls, each with the key that stays the same when it is
    /// repeated; for a call that a person has to allow first, the request to do so.
    func startTools(
        _ calls: [ToolCall], of agent: AgentID, in state: RunState
    ) -> [RunEvent] {
        calls.map { call in
            let definition = offered(call, to: agent)?.definition
            let effect = definition?.effect ?? .read
            if definition?.asks(about: call.arguments, crew.settings) == true,
                !state.isApproved(call.id)
            {
                var request = state.approval(
                    of: definition?.asCalled(call) ?? call, by: agent, effect, because: .policy)
                if let groupDeadline {
                    // Nobody waits for a decision longer than for the group.
                    let rest = max(0, groupDeadline.timeIntervalSince(now()))
                    request.expiresAfterSeconds = min(request.expiresAfterSeconds ?? rest, rest)
                }
                return .approvalRequested(request)
            }
            return .toolStarted(
                ToolStarted(
                    agent: agent, call: call, effect: effect,
                    idempotencyKey: idempotencyKey(of: call, in: state),
                    isRepeatable: definition?.isIdempotent == true ? true : nil))
        }
    }

    /// Performs one call and always comes back with its result.
    ///
    /// - Parameters:
    ///   - batch: when all calls of the reply have to be done.
    ///   - reports: what readers of the run are told meanwhile.
    func call(
        _ call: ToolCall, of agent: AgentID, in state: RunState, until batch: RunClock.Deadline,
        reports: CallReports
    ) async -> ToolReturned {
        var result = await self.result(of: call, by: agent, in: state, until: batch, reports)
        if let other = state.edit(of: call.id)?.arguments {
            let note = "[A person let this call be made with other arguments: \(other.text)]"
            result.output = "\(note)\n\(result.output)"
        }
        return ToolReturned(
            agent: agent, result: result, usage: reports.spent?.usage, cost: reports.spent?.cost)
    }

    private func result(
        of call: ToolCall, by agent: AgentID, in state: RunState, until batch: RunClock.Deadline,
        _ reports: CallReports
    ) async -> ToolResult {
        guard let tool = offered(call, to: agent) else {
            return ToolResult(
                of: call, failure: ToolFailure(.notFound, unknownTool(call.name, of: agent)))
        }
        guard state.covers(call, tool.definition, crew.settings) else {
            let text = "Not done: tool \(call.name) has changed since the call was looked at."
            return ToolResult(
                of: call,
                failure: ToolFailure(.unavailable, text, action: .tryAgain, isWithoutEffect: true))
        }
        return await result(of: call, with: tool, by: agent, in: state, until: batch, reports)
    }

    /// The same outside of a run, of any tool there is.
    func tryCall(
        _ call: ToolCall, in state: RunState, until batch: RunClock.Deadline, reports: CallReports
    ) async -> ToolReturned {
        let agent = crew.entryPoint
        guard let tool = tools[call.name] else {
            let hint = NearestWord.suggestion(
                for: call.name.rawValue, among: tools.names.map(\.rawValue))
            let failure = ToolFailure(.notFound, "There is no tool \(call.name).", hint: hint)
            return ToolReturned(agent: agent, result: ToolResult(of: call, failure: failure))
        }
        let result = await result(
            of: call, with: tool, by: agent, in: state, until: batch, reports)
        return ToolReturned(
            agent: agent, result: result, usage: reports.spent?.usage, cost: reports.spent?.cost)
    }

    private func result(
        of call: ToolCall, with tool: any Tool, by agent: AgentID, in state: RunState,
        until batch: RunClock.Deadline, _ reports: CallReports
    ) async -> ToolResult {
        let definition = tool.definition
        let limit = min(timeLimit(of: definition), clock.remaining(until: batch))
        guard limit > .zero else {
            let text = "Not done: the time for all tools of this reply was over."
            return ToolResult(of: call, failure: ToolFailure(.timeout, text, isWithoutEffect: true))
        }
        let invocation = invocation(of: call, by: agent, in: state, reports)
        let begun = clock.now
        let end = await AbandonableCall(executor: toolExecutor, clock: clock.clock, limit: limit)
            .perform {
                // Within the call's time: a server's pattern may take for ever.
                // What a signal asks is one text, whatever parameters the tool has for models.
                if call.origin == .signal {
                    return try await tool.call(invocation(call.arguments.object ?? [:]))
                }
                let arguments: JSONObject
                do throws(CrewError) {
                    arguments = try ArgumentCheck.arguments(call.arguments, for: definition)
                } catch {
                    throw ToolFailure(error).withoutEffect
                }
                return try await tool.call(invocation(arguments))
            }
        switch end {
        case .returned(let output):
            await reports.warnIfTight(
                clock.now - begun, of: limit, share: crew.settings.tightToolShare)
            return await kept(output, of: call, in: state)
        case .threw(let error): return ToolResult(of: call, failure: ToolFailure(error))
        case .outOfTime:
            let text = "Tool \(call.name) gave no result within \(limit)."
            return ToolResult(of: call, failure: ToolFailure(.timeout, text))
        case .cancelled:
            return ToolResult(of: call, failure: ToolFailure(.cancelled, "The call was cancelled."))
        }
    }

    private var keeper: RunArtifacts {
        artifacts ?? RunArtifacts(run: run, store: store, now: now)
    }

    /// What a tool is given, once the arguments are checked.
    private func invocation(
        of call: ToolCall, by agent: AgentID, in state: RunState, _ reports: CallReports
    ) -> @Sendable (JSONObject) -> ToolInvocation {
        let key = idempotencyKey(of: call, in: state)
        let subruns = subruns(of: call, in: state, reports)
        let artifacts = keeper
        let trace = trace(.toolCall(call.id, branch), in: state)
        return { [run] arguments in
            var invocation = ToolInvocation(
                call: call.id, arguments: arguments, idempotencyKey: key, run: run, agent: agent,
                conversation: state.entries, artifacts: artifacts, reports: reports.forTool)
            invocation.subruns = subruns
            invocation.trace = trace
            return invocation
        }
    }

    /// Lets other runs work for a call.
    private func subruns(
        of call: ToolCall, in state: RunState, _ reports: CallReports
    ) -> Subruns? {
        guard let runner else { return nil }
        var begun: SubrunPlace?
        if case .toolsUnderWay(_, let batch) = state.phase { begun = batch.subruns[call.id] }
        let caller = RunCaller(
            run: run, call: call.id, depth: (state.caller?.depth ?? 0) + 1, isAlone: true,
            budgets: state.turnOwner.flatMap { inheritedBudgets(of: $0, in: state) })
        return Subruns(
            runner: runner, version: version, caller: caller, tenant: state.tenant,
            origin: origin(of: call, in: state),
            key: idempotencyKey(of: call, in: state),
            begun: begun, reports: reports)
    }

    /// What a run that works for a call is asked by: the same request, within the call.
    private func origin(of call: ToolCall, in state: RunState) -> RunOrigin? {
        guard var origin = state.origin else { return nil }
        origin.trace = trace(.toolCall(call.id, branch), in: state)
        return origin
    }

    func timeLimit(of tool: ToolDefinition) -> Duration {
        max(tool.timeout ?? crew.settings.toolTimeout, crew.settings.minToolTimeout)
    }

    /// The time for all calls of a reply: that of the settings, or of the tool that may take longest.
    func batchLimit(of calls: [ToolCall], by agent: AgentID) -> Duration {
        calls.compactMap { offered($0, to: agent)?.definition.timeout }
            .reduce(max(crew.settings.toolBatchTimeout, crew.settings.minToolTimeout), max)
    }

    func isSequential(_ call: ToolCall, of agent: AgentID) -> Bool {
        offered(call, to: agent)?.definition.isSequential ?? false
    }

    /// An output that a model is not shown whole is kept as an artifact, which it can page through.
    private func kept(_ output: String, of call: ToolCall, in state: RunState) async -> ToolResult {
        let most = crew.settings.maxToolOutput
        guard output.utf8.count > most, call.name != ReadArtifactTool.name else {
            return ToolResult(of: call, output: output)
        }
        let length = output.count
        // Outside of a run nobody could read on.
        guard length > most, artifacts == nil else { return ToolResult(of: call, output: output) }
        let bytes = Array(StoredOutput.cut(output, at: Artifact.maximumByteCount).utf8)
        let name = artifactName(of: call, in: state)
        do {
            try await keeper.save(bytes, as: name, mediaType: "text/plain; charset=utf-8")
        } catch {
            // The run's own log fails with the same store, and says so.
            return ToolResult(of: call, output: StoredOutput.cut(output))
        }
        let beginning = StoredOutput.cut(output, at: 16_384)
        // The handle says where a model goes on: there must be as much as it is shown.
        var result = ToolResult(
            of: call, output: beginning.count < most ? String(output.prefix(most)) : beginning)
        result.artifact = name
        result.characters = length
        return result
    }

    private func artifactName(of call: ToolCall, in state: RunState) -> String {
        let place = [
            branch?.rawValue, "\(state.totalRounds)", "\(ordinal(of: call, in: state))",
            call.origin == .signal ? "signal" : nil,
        ]
        let text = (["tool"] + place.compactMap(\.self) + [call.name.rawValue])
            .joined(separator: "-")
        let isAllowed: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return String(text.map { isAllowed($0) || "-_.".contains($0) ? $0 : "_" }.prefix(190))
            + ".txt"
    }

    private func idempotencyKey(of call: ToolCall, in state: RunState) -> String {
        let place = branch.map { "/\($0)" } ?? ""
        // With other arguments it is another call.
        let edit = state.edit(of: call.id).map { "/\($0.approval)" } ?? ""
        // The reply before may have had calls of its own.
        let mark = call.origin == .signal ? "/signal" : ""
        return "\(run)\(place)/\(state.totalRounds)/\(ordinal(of: call, in: state))\(mark)\(edit)"
    }

    /// 1 for the first call of its reply.
    private func ordinal(of call: ToolCall, in state: RunState) -> Int {
        guard case .toolsUnderWay(_, let batch) = state.phase else { return 1 }
        return (batch.calls.firstIndex { $0.id == call.id } ?? 0) + 1
    }
}
