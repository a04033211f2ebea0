import CrewKit

import struct Foundation.Date

@testable import CrewServer

/// Observations of one run, a second apart unless said otherwise, and what they change.
struct ObservedRun {
    let facts: RunFacts
    private(set) var changes: [FigureChange] = []
    private var figures: RunFigures
    private var instant: ContinuousClock.Instant
    private var sequence = 0

    init(
        _ id: RunID = "r", tenant: String? = nil, caller: RunCaller? = nil,
        figures: RunFigures = RunFigures()
    ) {
        facts = RunFacts(run: id, crew: "c", tenant: tenant, caller: caller)
        self.figures = figures
        instant = .now
    }

    /// Runs of which something is known.
    var known: Int { figures.count }

    mutating func wait(_ seconds: Int = 1) { instant = instant.advanced(by: .seconds(seconds)) }

    mutating func see(_ item: RunObservation.Item, of other: RunFacts? = nil) {
        changes += figures.take(
            RunObservation(run: other ?? facts, instant: instant, item: item))
    }

    mutating func see(_ events: RunEvent..., on branch: BranchID? = nil, after seconds: Int = 1) {
        wait(seconds)
        for event in events {
            sequence += 1
            see(
                .event(
                    StoredEvent(
                        sequence: sequence, time: Date(timeIntervalSince1970: 0), branch: branch,
                        event: event)))
        }
    }

    /// The sum of what was added to a figure, by its label values.
    func sums(_ figure: Figure) -> [[String]: Double] {
        changes.reduce(into: [:]) { sums, change in
            guard case .add(let amount, figure, let labels) = change else { return }
            sums[labels, default: 0] += amount
        }
    }

    var executions: [AgentExecution] {
        changes.compactMap { if case .execution(let execution) = $0 { execution } else { nil } }
    }

    var toolCalls: [CountedToolCall] {
        changes.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
    }
}

extension RunEvent {
    static let begun = RunEvent.runStarted(
        RunStarted(crew: "c", input: "hi", agent: "a", history: []))

    static func turn(_ agent: AgentID) -> RunEvent { .turnStarted(TurnStarted(agent: agent)) }

    static func round(_ agent: AgentID, _ number: Int = 1) -> RunEvent {
        .roundStarted(RoundStarted(agent: agent, round: number, model: "m"))
    }

    static func reply(
        _ agent: AgentID, usage: Usage? = nil, cost: Double? = nil, model: String = "m",
        lost: LostCalls? = nil
    ) -> RunEvent {
        .replied(
            Replied(
                agent: agent, round: 1, message: AgentMessage(agent: agent, text: "ok"),
                finish: .stop, usage: usage, cost: cost, model: model, lost: lost))
    }

    static func tool(_ call: ToolCallID, _ name: ToolName = "t") -> RunEvent {
        .toolStarted(
            ToolStarted(
                agent: "a", call: ToolCall(id: call, name: name), effect: .read,
                idempotencyKey: "k"))
    }

    static func result(_ call: ToolCallID, _ status: ToolResult.Status = .success) -> RunEvent {
        .toolReturned(
            ToolReturned(
                agent: "a", result: ToolResult(call: call, name: "t", status: status, output: "")))
    }

    static func handoff(_ from: AgentID, _ to: AgentID) -> RunEvent {
        .handedOff(HandedOff(from: from, to: to, reason: .signal))
    }

    static func end(_ outcome: RunOutcome = .completed) -> RunEvent {
        .runEnded(RunEnded(outcome: outcome))
    }

    static func failure(_ code: CrewError.Code) -> RunFailure {
        RunFailure(code: code.rawValue, message: "")
    }
}
