import CrewKit
import CrewProviders
import CrewServer
import CrewTools
import Synchronization

/// What is open for the crews of a server, to be asked how it does.
final class OpenParts: Sendable {
    enum Part: Sendable {
        case endpoints(EndpointCache)
        case servers(MCPServers, of: String)
        case workers(ToolWorkerPool, of: String)
    }

    /// A part's place among the open ones.
    struct Seat {
        fileprivate let number: Int
        fileprivate let parts: OpenParts

        /// It is being closed.
        func leave() { parts.remove(number) }
    }

    private struct State {
        var parts: [Int: Part] = [:]
        var next = 0
        /// Of the caches that were closed, so that the sum never falls.
        var closedLookups = CacheLookups()
    }

    private let state = Mutex(State())

    func add(_ part: Part) -> Seat {
        let number = state.withLock { state in
            state.next += 1
            state.parts[state.next] = part
            return state.next
        }
        return Seat(number: number, parts: self)
    }

    private func remove(_ number: Int) {
        state.withLock { state in
            guard let part = state.parts.removeValue(forKey: number) else { return }
            state.closedLookups = state.closedLookups + part.lookups
        }
    }

    /// Looks into all caches that were ever open.
    var lookups: CacheLookups {
        state.withLock { state in
            state.parts.values.reduce(state.closedLookups) { $0 + $1.lookups }
        }
    }

    /// All of them, each name once: versions of a crew, and crews, share endpoints and names.
    var states: [DependencyState] {
        let parts = state.withLock { $0.parts.sorted { $0.key < $1.key }.map(\.value) }
        var states: [DependencyState] = []
        for state in parts.flatMap(\.states) {
            if let index = states.firstIndex(where: {
                $0.kind == state.kind && $0.name == state.name
            }) {
                states[index].add(state)
            } else {
                states.append(state)
            }
        }
        return states
    }
}

extension OpenParts.Part {
    fileprivate var states: [DependencyState] {
        switch self {
        case .endpoints(let cache): Self.states(of: cache)
        case .servers(let servers, let crew): servers.reports.map { Self.state(of: $0, crew) }
        case .workers(let pool, let crew):
            [
                DependencyState(
                    kind: .workers, name: crew, condition: .working,
                    figures: [
                        "idle": Double(pool.idleCount),
                        "busy": Double(max(0, pool.workerCount - pool.idleCount)),
                    ])
            ]
        }
    }

    fileprivate var lookups: CacheLookups {
        guard case .endpoints(let cache) = self else { return CacheLookups() }
        let statistics = cache.statistics
        return CacheLookups(hits: statistics.hits, misses: statistics.misses)
    }

    private static func states(of cache: EndpointCache) -> [DependencyState] {
        cache.gates.sorted { $0.endpoint < $1.endpoint }.map { gate in
            var state = DependencyState(
                kind: .endpoint, name: gate.endpoint, condition: .working,
                figures: ["calls": Double(gate.callCount)])
            switch gate.standing {
            case .open: break
            case .leftAlone(let time):
                state.condition = .degraded
                state.problem =
                    "keeps failing; left alone for \(Int((time / .seconds(1)).rounded(.up))) s"
            case .trying:
                state.condition = .degraded
                state.problem = "kept failing; a call finds out whether it is back"
            }
            return state
        }
    }

    private static func state(of report: MCPServerReport, _ crew: String) -> DependencyState {
        DependencyState(
            kind: .mcpServer, name: "\(crew)/\(report.name)",
            condition: report.problem == nil ? .working : .degraded,
            problem: report.problem.map { _ in "not connected; the log says why" },
            figures: ["tools": Double(report.toolCount)])
    }
}

extension DependencyState {
    /// Another part of the same name: the worse of both, and the sums of their figures.
    fileprivate mutating func add(_ other: DependencyState) {
        if condition == .working { (condition, problem) = (other.condition, other.problem) }
        figures.merge(other.figures, uniquingKeysWith: +)
    }
}
