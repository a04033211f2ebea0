/// Which calls to an endpoint may begin, decided without doing it.
///
/// Moments are time since the gate was made. Whatever changes here may let calls begin: `admit` says
/// which, and `nextStart` when to ask again.
struct GateState {
    /// A call that waits or is under way.
    struct Call: Hashable {
        let id: Int
        let run: RunID?
        /// Estimated, input and output together.
        let tokens: Int
        /// Whether it waits while another call finds out whether the endpoint is back.
        var waitsForTrial = true
    }

    /// After a pause calls begin at least that far apart, so that those who waited do not all come at
    /// once.
    static let spacing = Duration.milliseconds(20)
    /// How long they do so, and longer while some wait.
    static let spacedTime = Duration.seconds(2)

    private(set) var limits: EndpointLimits
    private let longestPause: Duration
    private(set) var breaker: EndpointBreaker
    private(set) var window: CallWindow
    private(set) var waiting = FairQueue<Call>()
    private(set) var underWay: Set<Int> = []
    /// Nobody begins before that, because the endpoint asked for it.
    private(set) var pausedUntil = Duration.zero
    private var isSpacing = false
    private var spacedUntil = Duration.zero
    private var lastStart: Duration?

    /// - Parameter longestPause: no endpoint holds all calls up for longer, whatever it asks for.
    init(_ limits: EndpointLimits, longestPause: Duration = .seconds(120)) {
        self.limits = limits
        self.longestPause = longestPause
        breaker = EndpointBreaker(failures: limits.breakerFailures, pause: limits.breakerPause)
        window = CallWindow(calls: limits.callsPerMinute, tokens: limits.tokensPerMinute)
    }

    mutating func tighten(to others: EndpointLimits) {
        limits = limits.tightened(by: others)
        window.calls = limits.callsPerMinute
        window.tokens = limits.tokensPerMinute
        breaker.threshold = limits.breakerFailures
        breaker.pause = limits.breakerPause
    }

    /// Whether another call could begin at once.
    func hasRoom(forTokens tokens: Int, at now: Duration) -> Bool {
        guard waiting.isEmpty, case .closed = breaker.state else { return false }
        return start(ofCallWith: tokens, at: now).map { $0 <= now } ?? false
    }

    /// When the next call may begin if nothing else happens before; `nil` when something has to.
    func nextStart(at now: Duration) -> Duration? {
        waiting.first.flatMap { start(ofCallWith: $0.tokens, at: now) }
    }

    mutating func arrive(_ call: Call) { waiting.append(call, of: call.run) }

    /// A call that waits does not any longer.
    mutating func giveUp(_ call: Int) { waiting.removeAll { $0.id == call } }

    /// The calls that begin now, in order, and whether one of them finds out about the endpoint.
    mutating func admit(at now: Duration) -> (calls: [Call], isTrial: Bool) {
        // Whoever looked at the clock first may come to the lock last.
        let now = max(now, lastStart ?? now)
        var calls: [Call] = []
        var isTrial = false
        while let start = nextStart(at: now), start <= now, let call = waiting.removeFirst() {
            underWay.insert(call.id)
            window.add(call.id, tokens: call.tokens, at: now)
            lastStart = now
            if breaker.begin(call.id) { isTrial = true }
            calls.append(call)
        }
        if now >= spacedUntil, waiting.isEmpty { isSpacing = false }
        return (calls, isTrial)
    }

    /// A call under way ended; says whether the breaker's state changed by it.
    mutating func end(
        _ call: Int, _ outcome: EndpointOutcome, tokens: Int?, at now: Duration
    ) -> Bool {
        guard underWay.remove(call) != nil else { return false }
        if let tokens { window.correct(call, tokens: tokens) }
        if case .limited(let pause?) = outcome {
            pausedUntil = max(pausedUntil, now + min(pause, longestPause))
            spaceCalls(after: pausedUntil)
        }
        let hasChanged = breaker.end(call, outcome, at: now)
        if hasChanged, case .closed = breaker.state { spaceCalls(after: now) }
        return hasChanged
    }

    private mutating func spaceCalls(after pause: Duration) {
        isSpacing = true
        spacedUntil = max(spacedUntil, pause + Self.spacedTime)
    }

    private func start(ofCallWith tokens: Int, at now: Duration) -> Duration? {
        if let most = limits.concurrentCalls, underWay.count >= max(1, most) { return nil }
        guard let start = breaker.start else { return nil }
        let allowed = max(start, pausedUntil, window.start(ofCallWith: tokens))
        guard isSpacing, let lastStart else { return allowed }
        return max(allowed, lastStart + Self.spacing)
    }
}
