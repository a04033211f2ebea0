import Testing

@testable import CrewKit

@Suite("Limits of an endpoint, decided")
struct GateStateTests {
    @Test("No sequence of calls, failures, refusals and cancels passes a limit", arguments: 0..<300)
    func limitsHold(seed: Int) {
        var trial = GateTrial(seed: UInt64(seed))
        for _ in 0..<400 { trial.step() }
        trial.drain()
    }

    @Test("Runs take turns, and each run's calls keep their order")
    func turns() {
        var queue = FairQueue<Int>()
        for (element, run) in [(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "c"), (6, "b")] {
            queue.append(element, of: RunID(run))
        }
        var order: [Int] = []
        while let next = queue.removeFirst() { order.append(next) }
        #expect(order == [1, 4, 5, 2, 6, 3])
    }

    @Test("A call that is larger than the whole limit goes alone")
    func largeCall() {
        var window = CallWindow(calls: nil, tokens: 100)
        #expect(window.start(ofCallWith: 500) == .zero)
        window.add(1, tokens: 10, at: .seconds(1))
        window.add(2, tokens: 10, at: .seconds(2))
        #expect(window.start(ofCallWith: 80) == .zero)
        #expect(window.start(ofCallWith: 90) == .seconds(61))
        #expect(window.start(ofCallWith: 500) == .seconds(62))
    }

    @Test("What a call really took counts in place of its estimate")
    func correction() {
        var window = CallWindow(calls: nil, tokens: 100)
        window.add(1, tokens: 90, at: .zero)
        #expect(window.start(ofCallWith: 20) == .seconds(60))
        window.correct(1, tokens: 30)
        #expect(window.start(ofCallWith: 20) == .zero)
        window.correct(1, tokens: 95)
        #expect(window.start(ofCallWith: 20) == .seconds(60))
    }

    @Test("Those who waited out a pause begin one after the other")
    func spacing() {
        var state = GateState(EndpointLimits())
        state.arrive(GateState.Call(id: 0, run: nil, tokens: 1))
        #expect(state.admit(at: .zero).calls.count == 1)
        _ = state.end(0, .limited(.seconds(3)), tokens: nil, at: .zero)
        for id in 1...5 { state.arrive(GateState.Call(id: id, run: nil, tokens: 1)) }
        var starts: [Duration] = []
        var now = Duration.zero
        while let next = state.nextStart(at: now) {
            now = max(now, next)
            starts += state.admit(at: now).calls.map { _ in now }
        }
        #expect(starts == (0..<5).map { .seconds(3) + GateState.spacing * $0 })
    }
}

/// Random calls of random runs at a gate with random limits, each step checked.
private struct GateTrial {
    private struct Begun {
        let call: GateState.Call
        let time: Duration
    }

    private let limits: EndpointLimits
    private var state: GateState
    private var random: SeededGenerator
    private var now = Duration.zero
    private var last = 0
    private var waiting: [GateState.Call] = []
    private var underWay: [GateState.Call] = []
    private var begun: [Begun] = []
    /// When each run that waits was served or came, counted.
    private var turns: [RunID: Int] = [:]
    private var turn = 0

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        limits = EndpointLimits(
            concurrentCalls: Bool.random(using: &random) ? .random(in: 1...4, using: &random) : nil,
            callsPerMinute: Bool.random(using: &random) ? .random(in: 1...20, using: &random) : nil,
            tokensPerMinute: Bool.random(using: &random)
                ? .random(in: 50...400, using: &random) : nil,
            breakerFailures: .random(in: 0...3, using: &random),
            breakerPause: .seconds(.random(in: 1...30, using: &random)))
        state = GateState(limits)
        self.random = random
    }

    mutating func step() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: arrive()
        case 4..<7: end(outcome())
        case 7: giveUp()
        default: now += .milliseconds(.random(in: 0...8000, using: &random))
        }
        admit()
    }

    /// Whatever state it is in, everybody who waits begins at last.
    mutating func drain() {
        var rounds = 0
        while !waiting.isEmpty || !underWay.isEmpty {
            rounds += 1
            guard rounds < 10_000 else {
                Issue.record("\(waiting.count) calls wait for ever")
                return
            }
            if underWay.isEmpty {
                guard let next = state.nextStart(at: now) else {
                    Issue.record("nothing is under way, and nobody is to begin")
                    return
                }
                now = max(now, next)
            } else {
                end(.answered)
            }
            admit()
        }
        #expect(state.underWay.isEmpty && state.waiting.isEmpty)
        #expect(state.nextStart(at: now) == nil)
    }

    private mutating func arrive() {
        last += 1
        let run = RunID("run-\(Int.random(in: 0..<6, using: &random))")
        let call = GateState.Call(
            id: last, run: run, tokens: .random(in: 1...60, using: &random))
        if !waiting.contains(where: { $0.run == run }) { touch(run) }
        waiting.append(call)
        state.arrive(call)
    }

    private mutating func touch(_ run: RunID) {
        turn += 1
        turns[run] = turn
    }

    private mutating func outcome() -> EndpointOutcome {
        switch Int.random(in: 0..<8, using: &random) {
        case 0..<3: .answered
        case 3..<5: .failed
        case 5: .limited(.milliseconds(.random(in: 0...5000, using: &random)))
        case 6: .limited(nil)
        default: .cancelled
        }
    }

    private mutating func end(_ outcome: EndpointOutcome) {
        guard let call = underWay.randomElement(using: &random) else { return }
        underWay.removeAll { $0 == call }
        _ = state.end(call.id, outcome, tokens: nil, at: now)
    }

    private mutating func giveUp() {
        guard let call = waiting.randomElement(using: &random) else { return }
        waiting.removeAll { $0 == call }
        state.giveUp(call.id)
    }

    private mutating func admit() {
        let before = state.breaker.state
        let (calls, isTrial) = state.admit(at: now)
        for call in calls { begin(call) }
        if case .closed = before {} else { #expect(calls.count <= 1) }
        if case .trying = before { #expect(calls.isEmpty) }
        if case .open(let until) = before, !calls.isEmpty {
            #expect(isTrial && until <= now)
        }
        if !calls.isEmpty { #expect(state.pausedUntil <= now) }
        if let most = limits.concurrentCalls { #expect(underWay.count <= most) }
        if let next = state.nextStart(at: now) { #expect(next > now) }
        #expect(state.waiting.count == waiting.count)
        #expect(state.underWay == Set(underWay.map(\.id)))
    }

    private mutating func begin(_ call: GateState.Call) {
        let isFirst = waiting.first { $0.run == call.run } == call
        #expect(isFirst, "calls of a run overtake each other")
        let earliest = turns.filter { turn in waiting.contains { $0.run == turn.key } }
            .min { $0.value < $1.value }
        #expect(earliest?.key == call.run, "a run is passed over")
        waiting.removeAll { $0 == call }
        underWay.append(call)
        if let run = call.run { touch(run) }
        begun.append(Begun(call: call, time: now))
        let recent = begun.filter { $0.time > now - CallWindow.length }
        if let most = limits.callsPerMinute { #expect(recent.count <= most) }
        if let most = limits.tokensPerMinute {
            let sum = recent.reduce(0) { $0 + $1.call.tokens }
            #expect(sum <= most || recent.count == 1)
        }
    }
}
