import Synchronization

/// Something that many find worn out at the same time, and one renews for all.
final class SharedRenewal: Sendable {
    private struct State {
        var generation = 0
        var underWay: Latch?
    }

    private let state = Mutex(State())

    /// Grows with each renewal.
    var generation: Int { state.withLock(\.generation) }

    /// Returns when nobody is at it.
    func settled() async { await state.withLock(\.underWay)?.wait() }

    /// Renews what the caller saw at that generation, unless it has been renewed since.
    ///
    /// - Throws: what the body throws; those who waited for it try themselves.
    func renew(after seen: Int, _ body: () async throws -> Void) async throws {
        while true {
            let (mine, other) = state.withLock { state -> (Latch?, Latch?) in
                if state.generation != seen { return (nil, nil) }
                if let other = state.underWay { return (nil, other) }
                let mine = Latch()
                state.underWay = mine
                return (mine, nil)
            }
            if let other {
                await other.wait()
                try Task.checkCancellation()
                continue
            }
            guard let mine else { return }
            let result = await Result { try await body() }
            state.withLock { state in
                state.underWay = nil
                if case .success = result { state.generation += 1 }
            }
            mine.open()
            return try result.get()
        }
    }
}
