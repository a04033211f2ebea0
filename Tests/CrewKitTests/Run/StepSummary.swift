@testable import CrewKit

extension Step {
    /// What the step is about, in words that can be compared.
    var summary: String {
        switch self {
        case .record(let events): "record \(events.map(\.name))"
        case .startRound(let agent): "start round of \(agent)"
        case .callModel(let agent): "call model of \(agent)"
        case .startTools(let agent, let calls): "start \(calls.map(\.id)) of \(agent)"
        case .callTools(let agent, let calls): "call \(calls.map(\.id)) of \(agent)"
        case .runMembers(let group, _): "run \(group.unfinished.map(\.branch))"
        case .leave: "leave"
        case .rest(let outcome): "rest \(outcome.name)"
        }
    }
}
