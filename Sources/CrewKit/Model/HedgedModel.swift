/// A model that is asked a second time when it is slow to begin; the call that begins first counts.
///
/// The other call is cancelled and waited for. A call that fails before it began leaves the matter to
/// the other one.
public struct HedgedModel: LanguageModel {
    public var name: String { base.name }

    private let base: any LanguageModel
    private let delay: Duration
    private let source: EndpointGate.Source?
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - delay: how long the first call may take to begin.
    ///   - gate: where it has no room a second call is not made: it would only wait too.
    public init(
        _ base: any LanguageModel, after delay: Duration, gate: EndpointGate? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        var source: EndpointGate.Source?
        if let gate { source = { gate } }
        self.init(base, after: delay, source: source, clock: clock)
    }

    /// - Parameter source: finds the gate for each call.
    init(
        _ base: any LanguageModel, after delay: Duration, source: EndpointGate.Source?,
        clock: any Clock<Duration>
    ) {
        self.base = base
        self.delay = delay
        self.source = source
        self.clock = clock
    }

    public func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        let race = HedgedRace(progress)
        return try await withThrowingTaskGroup(of: Turn.self) { group in
            group.addTask { await call(.first, request, race) }
            group.addTask { try await alarm() }
            var underWay = 1
            var failure: (any Error)?
            while let turn = try await group.next() {
                switch turn {
                case .replied(let reply):
                    group.cancelAll()
                    return reply
                case .failed(let error, let lane):
                    underWay -= 1
                    // The second call may be refused for being one too many.
                    if lane == .first { failure = error }
                    // The one who spoke has failed, or nobody is left who could.
                    if race.winner == lane || underWay == 0 { throw failure ?? error }
                case .late where race.winner != nil: break
                case .late where source?().hasRoom(for: request) ?? true:
                    underWay += 1
                    race.hedge(after: delay)
                    group.addTask { await call(.second, request, race) }
                case .late: group.addTask { try await alarm() }
                case .lost: break
                }
            }
            throw failure ?? CancellationError()
        }
    }

    /// What happened next.
    private enum Turn: Sendable {
        case replied(ModelReply)
        case failed(any Error, HedgedRace.Lane)
        /// The other call began before this one.
        case lost
        /// Nobody has begun in time.
        case late
    }

    private func alarm() async throws -> Turn {
        try await clock.sleep(for: delay)
        return .late
    }

    /// Makes a call, and ends it when the other one begins.
    private func call(
        _ lane: HedgedRace.Lane, _ request: ModelRequest, _ race: HedgedRace
    ) async -> Turn {
        await withTaskGroup(of: Turn.self) { group in
            group.addTask {
                do {
                    let reply = try await base.reply(to: request) { race.take($0, in: lane) }
                    return race.end(lane, with: reply) ? .replied(reply) : .lost
                } catch {
                    return race.hasLost(lane) ? .lost : .failed(error, lane)
                }
            }
            group.addTask {
                await race.defeat(of: lane)
                return .lost
            }
            // Defeats come first or not at all; a call that ends makes an end of waiting for one.
            let first = await group.next() ?? .lost
            group.cancelAll()
            guard case .lost = first else { return first }
            return await group.next() ?? .lost
        }
    }
}
