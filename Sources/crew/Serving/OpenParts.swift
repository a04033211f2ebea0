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
        _ = state.withLock { $0.parts.removeValue(forKey: number) }
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

    /// Lookups are counted for all endpoints of a cache together: they stand with the first one.
    private static func states(of cache: EndpointCache) -> [DependencyState] {
        let statistics = cache.statistics
        var states = cache.gates.sorted { $0.endpoint < $1.endpoint }.map { gate in
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
        if !states.isEmpty {
            states[0].figures["cache_hits"] = Double(statistics.hits)
            states[0].figures["cache_misses"] = Double(statistics.misses)
        }
        return states
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
