import CrewKit

/// A model that gives each reply from which something else may follow, as the plan decides.
///
/// It says nothing of its own, calls no tools but those that hand over, and asks nobody.
struct ExploringModel: LanguageModel {
    let name = "plan"
    let crew: ValidatedCrew
    let decisions: PlanDecisions
    let store: any RunStore
    /// Whether signals that act without being configured are tried too.
    let triesBuiltIns: Bool

    /// What a reply says that means nothing.
    private static let silence = "…"

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let replies = replies(to: request)
        guard let first = replies.first, try await hasTurn(request) else {
            return ModelReply(text: Self.silence)
        }
        let choice = decisions.choose(
            among: replies.count, by: PlanDecisions.Chooser(crew: crew.name, agent: request.agent))
        return replies.indices.contains(choice) ? replies[choice] : first
    }

    private func replies(to request: ModelRequest) -> [ModelReply] {
        if let routes = request.format?.schema["properties"]?["route"]?["enum"]?.array {
            return routes.map { route in
                ModelReply(
                    text: JSONValue.object(["route": route, "reply": .string(Self.silence)]).text)
            }
        }
        let written = Set((crew.definition.routing.signals[request.agent] ?? []).map(\.signal))
        let signals = (crew.agent(request.agent)?.routes ?? []).map(\.signal).filter {
            triesBuiltIns || written.contains($0)
        }
        let handovers = request.tools.map(\.name).filter { $0.rawValue.hasPrefix("transfer_to_") }
        return signals.map { ModelReply(text: "\(Self.silence) \($0)") }
            + handovers.map { name in
                ModelReply(
                    toolCalls: [
                        ToolCall(
                            id: ToolCallID("plan_\(request.messages.count)"), name: name,
                            arguments: [:])
                    ], finish: .toolCalls)
            }
            + [ModelReply(text: Self.silence)]
    }

    /// Whether something may follow from the reply: who works for a group has no choice.
    private func hasTurn(_ request: ModelRequest) async throws -> Bool {
        guard let run = request.run else { return false }
        let events = try await store.events(of: run, after: 0, limit: 10_000)
        for stored in events.reversed() where stored.branch == nil {
            switch stored.event {
            case .groupStarted: return false
            case .groupJoined: return true
            case .handedOff(let handoff): return handoff.reason != .aggregate
            default: continue
            }
        }
        return true
    }
}
