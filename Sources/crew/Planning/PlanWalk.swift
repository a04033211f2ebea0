import CrewKit

/// Has the engine work a crew on every path that its replies can open.
struct PlanWalk: Sendable {
    let root: PlannedCrew
    /// All crews that work in it, by name.
    let crews: [String: PlannedCrew]
    let store: any RunStore
    let decisions: PlanDecisions
    let input: String
    let startAgent: AgentID?
    let mostPaths: Int

    init(
        _ setup: CrewSetup, input: String, startAgent: AgentID? = nil, mostPaths: Int,
        triesBuiltIns: Bool
    ) throws {
        let (store, decisions) = (InMemoryRunStore(), PlanDecisions())
        var built: [String: PlannedCrew] = [:]
        root = try PlannedCrew(
            setup, decisions, store: store, triesBuiltIns: triesBuiltIns, built: &built)
        crews = Dictionary(
            (built.values + [root]).map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.store = store
        self.decisions = decisions
        self.input = input
        self.startAgent = startAgent
        self.mostPaths = mostPaths
    }

    /// Every path, and whether there are more than were walked.
    func paths() async throws -> (paths: [PlannedPath], isCut: Bool) {
        try await root.runner.workingRuns {
            var paths: [PlannedPath] = []
            while decisions.begin(isFirst: paths.isEmpty) {
                guard paths.count < mostPaths else { return (paths, true) }
                paths.append(try await path())
            }
            return (paths, false)
        }
    }

    private func path() async throws -> PlannedPath {
        var request = RunRequest(input, startAgent: startAgent)
        request.ifBusy = .reject
        let run = try await root.runner.start(request)
        var seen = 0
        var waitsInside: String?
        while true {
            for try await item in try await root.runner.events(of: run, after: seen) {
                guard case .event(let stored) = item else { continue }
                seen = stored.sequence
                guard waitsInside == nil, let crew = try await waitingCrew(stored) else { continue }
                waitsInside = crew
                try await root.runner.cancel(run)
            }
            let result = try await root.runner.result(of: run)
            if case .paused(let next) = result.outcome, waitsInside == nil,
                !decisions.hasHadTurn(.init(crew: root.name, agent: next))
            {
                try await root.runner.resume(run, with: "…")
                continue
            }
            return try await path(of: run, result, waitsInside)
        }
    }

    /// The crew whose run waits for an answer, when the event tells of one that works for this.
    private func waitingCrew(_ stored: StoredEvent) async throws -> String? {
        guard case .subrunProgressed(let progressed) = stored.event,
            case .paused = progressed.event.event
        else { return nil }
        return try await store.record(of: progressed.run)?.crew
    }

    private func path(
        of run: RunID, _ result: RunResult, _ waitsInside: String?
    ) async throws -> PlannedPath {
        let events = try await store.events(of: run, after: 0, limit: 100_000)
        let trace = FlowTrace(events, in: root.flow)
        var inner: [Int: PlannedPath.Inner] = [:]
        var calls = Self.calls(in: events, of: root.name)
        for (sequence, run) in Self.subruns(in: events) {
            guard let record = try await store.record(of: run), let crew = crews[record.crew] else {
                continue
            }
            let events = try await store.events(of: run, after: 0, limit: 100_000)
            calls += Self.calls(in: events, of: crew.name)
            let step = trace.steps.lastIndex { $0.sequence <= sequence }
            guard let step else { continue }
            inner[step] = PlannedPath.Inner(
                crew: crew.name, steps: FlowTrace(events, in: crew.flow).steps.map(\.edge))
        }
        return PlannedPath(
            steps: trace.steps.map(\.edge), inner: inner, visited: trace.visited,
            outcome: result.outcome, waitsInside: waitsInside, rounds: result.rounds,
            handoffs: result.handoffs, calls: calls)
    }

    /// Runs that worked for this one, with the events that first told of them.
    private static func subruns(in events: [StoredEvent]) -> [(sequence: Int, run: RunID)] {
        var seen: Set<RunID> = []
        return events.compactMap { stored in
            guard case .subrunProgressed(let progressed) = stored.event,
                seen.insert(progressed.run).inserted
            else { return nil }
            return (stored.sequence, progressed.run)
        }
    }

    private static func calls(
        in events: [StoredEvent], of crew: String
    ) -> [PlanDecisions.Chooser] {
        events.compactMap { stored in
            guard case .roundStarted(let round) = stored.event else { return nil }
            return PlanDecisions.Chooser(crew: crew, agent: round.agent)
        }
    }
}
