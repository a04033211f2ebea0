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
    /// The version that these are of; absent in tests of single turns.
    var version: CrewVersion?
    /// Where tools keep things; absent means with their run.
    var artifacts: RunArtifacts?
    var branch: BranchID?
    /// When the member's group gives up those who are not done.
    var groupDeadline: Date?

    /// The same, for a member of a group.
    func member(_ member: GroupStarted.Member, until deadline: Date?) -> TurnPerformer {
        var performer = self
        performer.branch = member.branch
        performer.groupDeadline = deadline
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

    /// Makes the model call of a round; `nil` when it was cancelled and nothing is to be said of it.
    ///
    /// - Parameter report: stores and shows what befalls the call while it is under way.
    func callModel(
        of agent: AgentID, in state: RunState,
        report: @escaping @Sendable (RunEvent) async throws -> Void = { _ in }
    ) async -> [RunEvent]? {
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
        let asked = request(of: definition, in: state)
        let relay = DeltaRelay(feed: feed, branch: branch, agent: agent, round: state.rounds)
        let begun = clock.now
        do {
            let reply = try await relay.reporting(report) {
                try await model.reply(to: asked.request) { relay.pass(on: $0) }
            }
            let slow = slowCall(of: agent, since: begun)
            let (message, news) = read(reply, as: asked.shape, of: definition, in: state)
            let replied = Replied(
                agent: agent, round: state.rounds, message: message, finish: reply.finish,
                usage: reply.usage, cost: reply.cost,
                model: reply.model ?? model.name, lost: relay.lost(of: model.name))
            return asked.trimmed + relay.unreported + slow + news.warnings + [.replied(replied)]
                + news.rejection
        } catch {
            return relay.events(
                after: error, of: model.name,
                failed: {
                    failed(agent, state, $0, $1)
                })
        }
    }

    /// What a call that takes long is told as.
    private func slowCall(of agent: AgentID, since begun: Duration) -> [RunEvent] {
        let taken = clock.now - begun
        guard let bound = crew.settings.slowCall, taken > bound else { return [] }
        let seconds = Int((taken / .seconds(1)).rounded())
        return [
            .warned(
                RunWarning(
                    agent: agent, code: .slowCall, message: "the model call took \(seconds) s"))
        ]
    }

    private func noModel(_ agent: AgentID, _ state: RunState) -> RunEvent {
        failed(agent, state, CrewError(.unknownAgent, "agent '\(agent)' has no model"))
    }

    private func failed(
        _ agent: AgentID, _ state: RunState, _ error: CrewError, _ lost: LostCalls? = nil
    ) -> RunEvent {
        .roundFailed(
            RoundFailed(
                agent: agent, round: state.rounds, failure: RunFailure(error, agent: agent),
                lost: lost))
    }
}

extension RunState {
    /// Whether the next model call belongs to a turn that has begun.
    var isWithinTurn: Bool {
        switch phase {
        case .toolsUnderWay, .repairDue: true
        default: false
        }
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
