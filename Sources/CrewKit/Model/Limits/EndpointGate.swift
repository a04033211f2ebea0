import Synchronization

/// What all calls to one endpoint pass: its limits, shared by every run, and the breaker that leaves
/// it alone when it keeps failing.
///
/// Those who wait are let through in turn, one run after the other. A wait ends with its caller's
/// cancellation, and with `modelRateLimited` when it gets too long.
public final class EndpointGate: Sendable {
    /// Finds the gate for a call: what is kept of an endpoint is not kept for ever.
    public typealias Source = @Sendable () -> EndpointGate

    /// For people, such as `api.openai.com`.
    public let endpoint: String
    let longestWait: Duration
    let clock: RunClock
    let desk: Mutex<GateDesk>

    /// - Parameter longestWait: how long a call waits for its turn before it fails.
    public init(
        endpoint: String, limits: EndpointLimits = EndpointLimits(),
        longestWait: Duration = .seconds(120), clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.endpoint = endpoint
        self.longestWait = longestWait
        self.clock = RunClock(clock)
        desk = Mutex(GateDesk(limits, longestPause: longestWait))
    }

    public var limits: EndpointLimits { desk.withLock(\.state.limits) }

    /// Takes the tighter of each two limits from now on.
    public func tighten(to limits: EndpointLimits) {
        desk.withLock { $0.state.tighten(to: limits) }
    }

    /// Calls that wait or are under way.
    public var callCount: Int {
        desk.withLock { $0.state.waiting.count + $0.state.underWay.count }
    }

    /// Whether calls are let through.
    public enum Standing: Sendable, Hashable {
        case open
        /// It keeps failing, and is left alone for that long.
        case leftAlone(Duration)
        /// One call finds out whether it is back.
        case trying
    }

    public var standing: Standing {
        let now = clock.now
        return switch desk.withLock(\.state.breaker.state) {
        case .closed: .open
        case .open(let until): .leftAlone(max(.zero, until - now))
        case .trying: .trying
        }
    }

    /// Whether a call that comes now would begin at once.
    func hasRoom(for request: ModelRequest) -> Bool {
        let tokens = tokens(of: request)
        let now = clock.now
        return desk.withLock { $0.state.hasRoom(forTokens: tokens, at: now) }
    }

    /// Waits until the call may begin; whoever gets a pass has to hand it back with `leave`.
    ///
    /// - Throws: `modelLeftAlone`, `modelRateLimited`, or `CancellationError`.
    func enter(_ request: ModelRequest, waitsForTrial: Bool) async throws -> Pass {
        try Task.checkCancellation()
        let tokens = tokens(of: request)
        let arrived = clock.now
        let number = try desk.withLock { desk in
            try desk.refusal(waitsForTrial: waitsForTrial, at: arrived)
                .map { throw error($0) }
            return desk.arrive(
                run: request.run, tokens: tokens, waitsForTrial: waitsForTrial,
                bound: arrived + longestWait)
        }
        do {
            return try await turn(of: number, since: arrived)
        } catch {
            giveUp(number)
            throw error
        }
    }

    /// Ends a call; returns what became of the breaker by it.
    func leave(_ pass: Pass, _ outcome: EndpointOutcome, tokens: Int? = nil) -> BreakerChange? {
        let now = clock.now
        let (hasChanged, woken) = desk.withLock { desk in
            let hasChanged = desk.state.end(pass.number, outcome, tokens: tokens, at: now)
            return (hasChanged ? desk.state.breaker.state : nil, desk.proceed(at: now))
        }
        for continuation in woken { continuation.resume() }
        return hasChanged.map { change(to: $0, at: now) }
    }

    // MARK: Waiting

    private func turn(of number: Int, since arrived: Duration) async throws -> Pass {
        while true {
            try Task.checkCancellation()
            let now = clock.now
            let (step, woken) = desk.withLock { desk in
                let woken = desk.proceed(at: now, by: number)
                return (desk.step(of: number, at: now), woken)
            }
            for continuation in woken { continuation.resume() }
            switch step {
            case .begin(let isTrial):
                return Pass(
                    number: number, waited: now - arrived,
                    change: isTrial ? BreakerChange(endpoint: endpoint, state: .trying) : nil)
            case .refused(let refusal): throw error(refusal)
            case .wait(let until): try await wait(number, until: until)
            }
        }
    }

    /// Returns when that moment has come or something has happened, sooner at times for no reason.
    private func wait(_ number: Int, until moment: Duration) async throws {
        let length = max(.zero, moment - clock.now)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.clock.clock.sleep(for: length) }
            group.addTask { await self.news(for: number) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func news(for number: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isNews = desk.withLock { $0.listen(number, continuation) }
                if isNews { continuation.resume() }
            }
        } onCancel: {
            desk.withLock { $0.wake(number) }?.resume()
        }
    }

    /// Whoever is thrown out may have been let in a moment ago.
    private func giveUp(_ number: Int) {
        let now = clock.now
        let woken = desk.withLock { desk in
            desk.remove(number)
            _ = desk.state.end(number, .cancelled, tokens: nil, at: now)
            return desk.proceed(at: now)
        }
        for continuation in woken { continuation.resume() }
    }
}

extension EndpointGate {
    /// Tokens that a reply is thought to take where nobody bounds it.
    private static let usualReply = 500

    /// Input and output together, estimated where it matters.
    private func tokens(of request: ModelRequest) -> Int {
        guard limits.tokensPerMinute != nil else { return 0 }
        let output = min(max(0, request.maxOutputTokens ?? Self.usualReply), Int.max / 2)
        return TokenEstimate.byClass(of: request) + output
    }

    /// A call that was let through.
    struct Pass {
        let number: Int
        let waited: Duration
        let change: BreakerChange?
    }

    private func error(_ refusal: GateDesk.Refusal) -> CrewError {
        switch refusal {
        case .leftAlone(let wait):
            CrewError(
                .modelLeftAlone, "\(endpoint) keeps failing and is left alone for a while",
                retryAfter: wait)
        case .tooLong(let wait):
            CrewError(
                .modelRateLimited,
                "calls to \(endpoint) have to wait longer than \(longestWait) for its limits",
                retryAfter: wait)
        }
    }

    private func change(to state: EndpointBreaker.State, at now: Duration) -> BreakerChange {
        switch state {
        case .closed: BreakerChange(endpoint: endpoint, state: .closed)
        case .open(let until):
            BreakerChange(
                endpoint: endpoint, state: .open, pauseSeconds: (until - now) / .seconds(1))
        case .trying: BreakerChange(endpoint: endpoint, state: .trying)
        }
    }
}
