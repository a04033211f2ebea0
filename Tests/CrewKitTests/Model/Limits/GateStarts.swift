import Synchronization

@testable import CrewKit

/// When calls began, by the moment at which the gate let each of them in.
///
/// Whoever looks before each move of the clock misses none.
struct GateStarts {
    private var moments: [Int: Duration] = [:]

    var count: Int { moments.count }

    mutating func look(at gate: EndpointGate) {
        for entry in gate.desk.withLock(\.state.window.entries) {
            moments[entry.call] = entry.start
        }
    }

    /// The most calls that began within any 60 seconds.
    var mostInAMinute: Int {
        let starts = moments.values.sorted()
        return starts.indices.map { first in
            starts[first...].prefix { $0 < starts[first] + .seconds(60) }.count
        }.max() ?? 0
    }
}
