import CrewKit
import Synchronization

/// All streams that are open: counted, bounded, and looked after by one ticker.
///
/// Whoever waits for a run holds a connection like a stream does, and counts as one.
final class OpenStreams: Sendable {
    private struct State {
        var watches: [Int: StreamWatch] = [:]
        var owners: [Int: String] = [:]
        var byOwner: [String: Int] = [:]
        var next = 0
        var isDraining = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let perOwner: Int
    private let counts: ServerCounts
    private let isWelcome: @Sendable (Caller) -> Bool

    /// - Parameters:
    ///   - perOwner: how many one owner may have, so that none takes all there are.
    ///   - isWelcome: asked at each tick: keys are taken away and end.
    init(
        limit: Int, perOwner: Int = .max, counts: ServerCounts = ServerCounts(),
        isWelcome: @escaping @Sendable (Caller) -> Bool = { _ in true }
    ) {
        precondition(limit > 0, "a server must be able to hold a stream")
        self.isWelcome = isWelcome
        self.limit = limit
        self.perOwner = perOwner
        self.counts = counts
    }

    var count: Int { state.withLock { $0.watches.count } }

    /// Takes in one more stream.
    ///
    /// - Parameter owner: whose streams are counted together; absent for one that is not counted so.
    /// - Throws: `shuttingDown`, `tooManyRuns`.
    func open(
        for owner: String?, of caller: Caller = .local
    ) throws(CrewError) -> StreamWatch {
        let watch = state.withLock { state -> Result<StreamWatch, CrewError> in
            guard !state.isDraining else {
                return .failure(CrewError(.shuttingDown, "the server is shutting down"))
            }
            guard state.watches.count < limit else {
                let text = "\(limit) streams are open, which is the limit"
                return .failure(CrewError(.tooManyRuns, text))
            }
            if let owner, state.byOwner[owner, default: 0] >= perOwner {
                counts.note(.readers)
                return .failure(
                    CrewError(
                        .tooManyRuns,
                        "\(perOwner) streams of one client are open, which is the limit",
                        retryAfter: .seconds(5)))
            }
            state.next += 1
            if let owner {
                state.owners[state.next] = owner
                state.byOwner[owner, default: 0] += 1
            }
            let watch = StreamWatch(number: state.next, caller: caller)
            state.watches[watch.number] = watch
            return .success(watch)
        }
        return try watch.get()
    }

    func close(_ watch: StreamWatch) {
        let closed = state.withLock { state in
            if let owner = state.owners.removeValue(forKey: watch.number) {
                let left = state.byOwner[owner, default: 1] - 1
                state.byOwner[owner] = left > 0 ? left : nil
            }
            return state.watches.removeValue(forKey: watch.number)
        }
        closed?.end(.clientLeft)
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
