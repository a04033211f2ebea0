import CrewKit
import Synchronization

/// All streams that are open: counted, bounded, and looked after by one ticker.
final class OpenStreams: Sendable {
    private struct State {
        var watches: [Int: StreamWatch] = [:]
        var next = 0
        var isDraining = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let isWelcome: @Sendable (Caller) -> Bool

    /// - Parameter isWelcome: asked at each tick: keys are taken away and end.
    init(limit: Int, isWelcome: @escaping @Sendable (Caller) -> Bool = { _ in true }) {
        precondition(limit > 0, "a server must be able to hold a stream")
        self.isWelcome = isWelcome
        self.limit = limit
    }

    var count: Int { state.withLock { $0.watches.count } }

    /// Takes in one more stream.
    ///
    /// - Throws: `shuttingDown`, `tooManyRuns`.
    func open(for caller: Caller = .local) throws(CrewError) -> StreamWatch {
        let watch = state.withLock { state -> Result<StreamWatch, CrewError> in
            guard !state.isDraining else {
                return .failure(CrewError(.shuttingDown, "the server is shutting down"))
            }
            guard state.watches.count < limit else {
                let text = "\(limit) streams are open, which is the limit"
                return .failure(CrewError(.tooManyRuns, text))
            }
            state.next += 1
            let watch = StreamWatch(number: state.next, caller: caller)
            state.watches[watch.number] = watch
            return .success(watch)
        }
        return try watch.get()
    }

    func close(_ watch: StreamWatch) {
        state.withLock { $0.watches.removeValue(forKey: watch.number) }?.end(.clientLeft)
    }

    /// To be called a fixed number of times per keep-alive interval.
    func tick(pingAfter silence: Int, giveUpAfter patience: Int) {
        for watch in all() {
            guard isWelcome(watch.caller) else {
                watch.end(.keyGone)
                continue
            }
            watch.tick(pingAfter: silence, giveUpAfter: patience)
        }
    }

    /// Takes in no more streams.
    func drain() { state.withLock { $0.isDraining = true } }

    /// Ends the streams that are still open.
    func endAll() {
        for watch in all() { watch.end(.shuttingDown) }
    }

    func all() -> [StreamWatch] { state.withLock { Array($0.watches.values) } }
}
