import Synchronization

/// Passes what arrives of a reply on to the feed, numbered, and remembers what must be stored.
final class DeltaRelay: Sendable {
    private struct State {
        var index = 0
        var warnings: [RunEvent] = []
    }

    private let feed: EventFeed
    private let branch: BranchID?
    private let agent: AgentID
    private let round: Int
    private let state = Mutex(State())

    init(feed: EventFeed, branch: BranchID?, agent: AgentID, round: Int) {
        self.feed = feed
        self.branch = branch
        self.agent = agent
        self.round = round
    }

    /// Retries and fallbacks of the call, for the log.
    var warnings: [RunEvent] { state.withLock { $0.warnings } }

    func pass(on progress: ModelProgress) {
        switch progress {
        case .text(let text): show(.text(text))
        case .reasoning(let text): show(.reasoning(text))
        case .retrying(let attempt, let delay, let reason):
            show(.abandoned(because: reason))
            warn(
                .modelRetried,
                "attempt \(attempt) failed (\(reason)); trying again in \(Self.seconds(delay))")
        case .fellBack(let from, let to, let reason):
            show(.abandoned(because: reason))
            warn(.modelFellBack, "\(from) failed (\(reason)); \(to) takes over")
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }

    private func show(_ kind: MessageDelta.Kind) {
        let index = state.withLock { state in
            defer { state.index += 1 }
            return state.index
        }
        feed.publish(
            MessageDelta(branch: branch, agent: agent, round: round, index: index, kind: kind))
    }

    private func warn(_ code: RunWarning.Code, _ message: String) {
        let warning = RunWarning(agent: agent, code: code, message: message)
        state.withLock { $0.warnings.append(.warned(warning)) }
    }
}
