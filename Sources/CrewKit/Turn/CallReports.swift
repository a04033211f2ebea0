import Synchronization

/// What one call tells while it is under way, and what it spends through other runs.
final class CallReports: Sendable {
    private struct State {
        var usage: Usage?
        var cost: Double?
        var nextReport: RunClock.Deadline?
        var reports = 0
    }

    /// At most this many reports of progress are shown for one call.
    private static let mostReports = 200
    private static let interval: Duration = .milliseconds(250)

    private let state = Mutex(State())
    private let clock: RunClock
    private let show: @Sendable (RunEvent) async throws -> Void
    private let agent: AgentID
    private let call: ToolCall

    /// - Parameter show: stores an event of the run and shows it.
    init(
        of call: ToolCall, by agent: AgentID, clock: RunClock,
        show: @escaping @Sendable (RunEvent) async throws -> Void
    ) {
        self.call = call
        self.agent = agent
        self.clock = clock
        self.show = show
    }

    /// What the tool is given.
    var forTool: ToolReports { ToolReports { await self.report($0) } }

    /// What was spent, once anything was.
    var spent: (usage: Usage?, cost: Double?)? {
        state.withLock { $0.usage == nil && $0.cost == nil ? nil : ($0.usage, $0.cost) }
    }

    func spend(_ usage: Usage?, cost: Double?) {
        state.withLock { state in
            if let usage { state.usage = state.usage.map { $0 + usage } ?? usage }
            if let cost { state.cost = (state.cost ?? 0) + cost }
        }
    }

    /// Shows what happened in a run that works for the call.
    func report(_ event: StoredEvent, of run: RunID) async throws {
        try await show(
            .subrunProgressed(
                SubrunProgressed(agent: agent, call: call.id, run: run, event: event)))
    }

    /// Warns of a call that nearly ran out of its time.
    func warnIfTight(_ taken: Duration, of limit: Duration, share: Double) async {
        guard share < 1, taken > limit * share else { return }
        let percent = Int((taken / limit * 100).rounded(.down))
        let warning = RunWarning(
            agent: agent, code: .tightToolTime,
            message: "tool \(call.name) used \(percent) % of its \(limit)")
        // As with reports of progress: the log's next event tells of a store that fails.
        try? await show(.warned(warning))
    }

    private func report(_ progress: ToolReports.Progress) async {
        let isDue = state.withLock { state in
            guard state.reports < Self.mostReports,
                state.nextReport.map({ clock.remaining(until: $0) == .zero }) ?? true
            else { return false }
            state.nextReport = clock.deadline(after: Self.interval)
            state.reports += 1
            return true
        }
        guard isDue, progress.done.isFinite, progress.total?.isFinite != false else { return }
        // A report that is not kept costs nothing but itself: the log's next event tells of the store.
        try? await show(
            .toolProgressed(
                ToolProgressed(
                    agent: agent, call: call.id, name: call.name, progress: progress.shortened)))
    }
}

extension ToolReports.Progress {
    /// With a message that fits a line.
    fileprivate var shortened: Self {
        var progress = self
        progress.message = message.map { String($0.prefix(300)) }
        return progress
    }
}
