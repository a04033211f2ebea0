import Synchronization

/// The version of a crew with which work begins, and those that work under way began with.
final class CrewVersions: Sendable {
    /// That something is worked with a version, until it is given back.
    struct Use: Sendable {
        let version: CrewVersion
        fileprivate let number: Int
    }

    /// That work waits which begins with the version of its time, until it is let go.
    struct Hold: Sendable {
        fileprivate let number: Int
    }

    /// Somebody who waits until nothing uses a version any more, or nothing is worked at all.
    private struct Waiter {
        /// Absent waits until nothing is worked and nothing waits.
        let version: CrewVersion?
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var current: CrewVersion
        var count = 0
        var uses: [Int: CrewVersion] = [:]
        var holds: Set<Int> = []
        var waiters: [Int: Waiter] = [:]

        func isSatisfied(_ waiter: Waiter) -> Bool {
            guard let version = waiter.version else { return uses.isEmpty && holds.isEmpty }
            return current !== version && !uses.values.contains { $0 === version }
        }
    }

    private let state: Mutex<State>

    init(_ first: CrewVersion) { state = Mutex(State(current: first)) }

    var current: CrewVersion { state.withLock { $0.current } }

    /// Begins to use the present version, or the one that is named.
    func begin(_ version: CrewVersion? = nil) -> Use {
        state.withLock { state in
            state.count += 1
            let version = version ?? state.current
            state.uses[state.count] = version
            return Use(version: version, number: state.count)
        }
    }

    /// Does nothing when that has been done.
    func end(_ use: Use) {
        change { $0.uses[use.number] = nil }
    }

    func hold() -> Hold {
        state.withLock { state in
            state.count += 1
            state.holds.insert(state.count)
            return Hold(number: state.count)
        }
    }

    /// Does nothing when that has been done.
    func letGo(_ hold: Hold) {
        change { $0.holds.remove(hold.number) }
    }

    func replace(with version: CrewVersion) {
        change { $0.current = version }
    }

    /// Waits until nothing is worked with a version any more, nor will be.
    ///
    /// - Throws: `CancellationError`.
    func drained(_ version: CrewVersion) async throws { try await wait(for: version) }

    /// Waits until nothing is worked with any version, and nothing waits to be.
    ///
    /// - Throws: `CancellationError`.
    func idle() async throws { try await wait(for: nil) }

    private func wait(for version: CrewVersion?) async throws {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let waiter = Waiter(version: version, continuation: continuation)
                    if Task.isCancelled || state.isSatisfied(waiter) { return true }
                    state.waiters[number] = waiter
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
        }
        try Task.checkCancellation()
    }

    private func change(_ body: (inout State) -> Void) {
        let satisfied = state.withLock { state in
            body(&state)
            let satisfied = state.waiters.filter { state.isSatisfied($0.value) }
            for number in satisfied.keys { state.waiters[number] = nil }
            return satisfied
        }
        for waiter in satisfied.values { waiter.continuation.resume() }
    }
}
