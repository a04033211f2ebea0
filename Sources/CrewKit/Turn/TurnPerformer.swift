import Foundation
import Synchronization

/// Does what a run's next step asks of the outside: calls models and tools, and nothing else does.
struct TurnPerformer: Sendable {
    let crew: ValidatedCrew
    let models: ModelSet
    let tools: Toolbox
    let run: RunID
    let store: any RunStore
    let feed: EventFeed
    let clock: RunClock
    let now: @Sendable () -> Date
    let toolExecutor: ToolExecutor
    /// Begins runs that work for a call; absent in tests of single turns.
    var runner: CrewRunner?
    /// Where tools keep things; absent means with their run.
    var artifacts: RunArtifacts?
    var branch: BranchID?

    /// The same, for a member of a group.
    func member(_ member: GroupStarted.Member) -> TurnPerformer {
        var performer = self
        performer.branch = member.branch
        return performer
    }

    /// The events that announce a model call.
    func startRound(_ agent: AgentID, in state: RunState) -> [RunEvent] {
        let started = RunEvent.roundStarted(
            RoundStarted(
                agent: agent, round: state.rounds + 1,
                model: state.model ?? models[agent]?.name ?? "no model"))
        return state.isWithinTurn ? [started] : [.turnStarted(TurnStarted(agent: agent)), started]
    }

    /// Makes the model call of a round; `nil` when it was cancelled.
    func callModel(of agent: AgentID, in state: RunState) async -> [RunEvent]? {
        guard let definition = crew.agent(agent) else { return [noModel(agent, state)] }
        let model: ModelChain
        do {
            guard let found = try models.chain(of: agent, replacedBy: state.model) else {
                return [noModel(agent, state)]
            }
            model = found
        } catch {
            return [failed(agent, state, CrewError(modelFailure: error))]
        }
        let prompt = PromptBuilder(crew: crew).prompt(
            for: definition, entries: state.entries, tools: definitions(of: definition, in: state))
        var request = ModelRequest(
            agent: agent, messages: prompt.messages,
            tools: nativeTools(of: definition, in: state),
            temperature: definition.definition.temperature,
            maxOutputTokens: definition.definition.maxOutputTokens)
        request.toolChoice = toolChoice(of: definition, in: state)
        let relay = DeltaRelay(feed: feed, branch: branch, agent: agent, round: state.rounds)
        do {
            let reply = try await model.reply(to: request) { relay.pass(on: $0) }
            let (message, warnings) = read(reply, of: definition, in: state)
            let replied = Replied(
                agent: agent, round: state.rounds, message: message, finish: reply.finish,
                usage: reply.usage,
                cost: reply.cost
                    ?? price(of: definition, in: state).flatMap { reply.usage?.cost(at: $0) },
                model: reply.model ?? model.name)
            let trimmed = prompt.trimmed.map { [RunEvent.contextTrimmed($0)] } ?? []
            return trimmed + relay.events + warnings + [.replied(replied)]
        } catch is CancellationError where Task.isCancelled {
            return nil
        } catch {
            return relay.events + [failed(agent, state, CrewError(modelFailure: error))]
        }
    }

    /// What another model costs than the agent's own is not known.
    private func price(of agent: ValidatedCrew.Agent, in state: RunState) -> TokenPrice? {
        guard state.model == nil else { return nil }
        return agent.definition.price
    }

    private func noModel(_ agent: AgentID, _ state: RunState) -> RunEvent {
        failed(agent, state, CrewError(.unknownAgent, "agent '\(agent)' has no model"))
    }

    /// A turn that has tool results already is not forced to call more tools.
    private func toolChoice(of agent: ValidatedCrew.Agent, in state: RunState) -> ToolChoice {
        guard agent.definition.toolChoice == .required, case .toolResult? = state.entries.last
        else { return agent.definition.toolChoice }
        return .auto
    }

    private func failed(_ agent: AgentID, _ state: RunState, _ error: CrewError) -> RunEvent {
        .roundFailed(
            RoundFailed(
                agent: agent, round: state.rounds, failure: RunFailure(error, agent: agent)))
    }

    private func nativeTools(of agent: ValidatedCrew.Agent, in state: RunState) -> [ToolDefinition]
    {
        let handoffs =
            state.isAlone
            ? [] : agent.nativeTargets.map { HandoffTool.definition(for: $0, in: crew) }
        guard agent.definition.toolCalls == .native else { return handoffs }
        return definitions(of: agent, in: state) + handoffs
    }

    /// The reply as a message: native calls first, else calls written as text.
    private func read(
        _ reply: ModelReply, of agent: ValidatedCrew.Agent, in state: RunState
    ) -> (AgentMessage, [RunEvent]) {
        var warnings: [RunEvent] = []
        var calls = reply.toolCalls
        if calls.isEmpty, agent.hasTools {
            let parsed = TextToolCallParser.calls(
                in: reply.text, tools: definitions(of: agent, in: state))
            calls = parsed.calls
            warnings = parsed.warnings.map { warning(.unreadableToolCall, $0, of: agent.id) }
        }
        let most = crew.settings.maxToolCallsPerRound
        if calls.count > most {
            let text = "the reply asked for \(calls.count) tools; the first \(most) are called"
            warnings.append(warning(.tooManyToolCalls, text, of: agent.id))
            calls = Array(calls.prefix(most))
        }
        if reply.finish == .length {
            warnings.append(
                warning(.replyCut, "the reply was cut at the model's length limit", of: agent.id))
        }
        let message = AgentMessage(
            agent: agent.id, text: reply.text, reasoning: reply.reasoning,
            toolCalls: UniqueCallIDs.made(
                for: calls, round: state.totalRounds, branch: branch, after: state.entries),
            memo: reply.memo)
        return (message, warnings)
    }

    private func warning(_ code: RunWarning.Code, _ text: String, of agent: AgentID) -> RunEvent {
        .warned(RunWarning(agent: agent, code: code, message: text))
    }
}

extension RunState {
    /// Whether the next model call belongs to a turn that has begun.
    var isWithinTurn: Bool {
        if case .toolsUnderWay = phase { return true }
        return false
    }
}

extension CrewError {
    /// Anything that a model call threw; models throw `CrewError`, this keeps the rest readable.
    init(modelFailure error: any Error) {
        self =
            error as? CrewError
            ?? CrewError(.modelServerError, "the model call failed: \(error)", cause: error)
    }
}
