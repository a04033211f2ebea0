import Foundation
import Synchronization

/// A closed loop of clients: each begins its next run when its last one is over.
struct Load: Sendable {
    let clients: Int
    /// How long the clients go on, unless `runs` says how many there are in all.
    let seconds: Double
    let runs: Int

    func put(on crew: Workload) async throws -> Figures {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start.advanced(by: .seconds(seconds))
        let tally = Tally(left: runs)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<clients {
                group.addTask {
                    var isFirst = true
                    while runs > 0 ? tally.takeOne() : (isFirst || clock.now < end) {
                        isFirst = false
                        let begin = clock.now
                        // A run that throws counts as an error below.
                        let isRight = (try? await crew.run()) ?? false
                        tally.add(begin.duration(to: clock.now) / .microseconds(1), isRight)
                    }
                }
            }
            try await group.waitForAll()
        }
        return tally.figures(wall: start.duration(to: clock.now) / .seconds(1))
    }
}

/// Counts runs while they are made.
private final class Tally: Sendable {
    private struct State {
        var left: Int
        var latencies: [Double] = []
        var errors = 0
    }

    private let state: Mutex<State>

    init(left: Int) { state = Mutex(State(left: left)) }

    func takeOne() -> Bool {
        state.withLock { state in
            state.left -= 1
            return state.left >= 0
        }
    }

    func add(_ microseconds: Double, _ isRight: Bool) {
        state.withLock { state in
            state.latencies.append(microseconds)
            if !isRight { state.errors += 1 }
        }
    }

    func figures(wall: Double) -> Figures {
        state.withLock { state in
            Figures(latencies: state.latencies.sorted(), errors: state.errors, wall: wall)
        }
    }
}

/// What a load came to.
struct Figures {
    let latencies: [Double]
    let errors: Int
    let wall: Double

    var json: String {
        let mean = latencies.isEmpty ? 0 : latencies.reduce(0, +) / Double(latencies.count)
        return "{\"runs\":\(latencies.count - errors),\"errors\":\(errors),\"wall_s\":\(wall),"
            + "\"p50_us\":\(quantile(0.5)),\"p99_us\":\(quantile(0.99)),\"mean_us\":\(mean)}"
    }

    private func quantile(_ share: Double) -> Double {
        guard let last = latencies.indices.last else { return 0 }
        return latencies[Int(share * Double(last) + 0.5)]
    }
}
