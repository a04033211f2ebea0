import CrewTesting
import Synchronization
import Testing

@testable import CrewKit

@Suite("EndpointGate", .timeLimit(.minutes(5)))
struct EndpointGateTests {
    static func request(_ run: String = "r") -> ModelRequest {
        var request = ModelRequest(agent: "a", messages: [.user("hi")])
        request.run = RunID(run)
        return request
    }

    static func gate(
        _ clock: any Clock<Duration>, concurrentCalls: Int? = nil, callsPerMinute: Int? = nil,
        failures: Int = 2, longestWait: Duration = .seconds(120)
    ) -> EndpointGate {
        EndpointGate(
            endpoint: "host",
            limits: EndpointLimits(
                concurrentCalls: concurrentCalls, callsPerMinute: callsPerMinute,
                breakerFailures: failures, breakerPause: .seconds(30)),
            longestWait: longestWait, clock: clock)
    }

    static func failure(
        _ gate: EndpointGate, waitsForTrial: Bool = true
    ) async -> CrewError? {
        await #expect(throws: CrewError.self) {
            _ = try await gate.enter(request(), waitsForTrial: waitsForTrial)
        }
    }

    static func enter(_ gate: EndpointGate, _ run: String = "r") async throws -> EndpointGate.Pass {
        try await gate.enter(request(run), waitsForTrial: true)
    }

    /// Lets the endpoint fail until it is left alone.
    static func open(_ gate: EndpointGate) async throws -> BreakerChange? {
        _ = gate.leave(try await enter(gate), .failed)
        return gate.leave(try await enter(gate), .failed)
    }

    // MARK: Waiting

    @Test("A call waits for one that is under way, and a cancelled wait leaves no trace")
    func concurrency() async throws {
        let gate = Self.gate(ManualClock(), concurrentCalls: 1)
        let first = try await Self.enter(gate)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    _ = try await Self.enter(gate)
                    return false
                } catch { return error is CancellationError }
            }
            while gate.callCount < 2 { await Task.yield() }
            group.cancelAll()
            #expect(await group.next() == true)
        }
        #expect(gate.callCount == 1)
        async let second = Self.enter(gate)
        while gate.callCount < 2 { await Task.yield() }
        _ = gate.leave(first, .answered)
        _ = gate.leave(try await second, .answered)
        #expect(gate.callCount == 0)
    }

    @Test("A call beyond the calls of a minute waits until the first of them is a minute old")
    func callsPerMinute() async throws {
        let clock = InstantClock()
        let gate = Self.gate(clock, callsPerMinute: 2)
        for _ in 0..<4 { _ = gate.leave(try await Self.enter(gate), .answered) }
        #expect(clock.sleeps == [.seconds(60)])
    }

    @Test("A wait that gets too long ends, with when to come again")
    func boundedWait() async throws {
        let clock = ManualClock()
        let gate = Self.gate(clock, callsPerMinute: 1, longestWait: .seconds(10))
        _ = gate.leave(try await Self.enter(gate), .answered)
        async let waiting = Self.failure(gate)
        await clock.waitForSleepers(of: .seconds(10))
        clock.advance(by: .seconds(10))
        let error = await waiting
        #expect(error?.code == .modelRateLimited)
        #expect(error?.retryAfter == .seconds(50))
        #expect(gate.callCount == 0)
    }

    @Test("When an endpoint asks for fewer calls, all of them wait until it may be asked again")
    func pause() async throws {
        let clock = InstantClock()
        let gate = Self.gate(clock)
        _ = gate.leave(try await Self.enter(gate), .limited(.seconds(7)))
        let pass = try await Self.enter(gate, "other")
        #expect(pass.waited == .seconds(7))
        #expect(clock.sleeps == [.seconds(7)])
        _ = gate.leave(pass, .answered)
    }

    @Test("No endpoint holds all calls up for longer than a call waits, whatever it asks for")
    func longPause() async throws {
        let clock = InstantClock()
        let gate = Self.gate(clock)
        _ = gate.leave(try await Self.enter(gate), .limited(.seconds(1_000_000_000)))
        #expect(try await Self.enter(gate, "other").waited == .seconds(120))
    }

    // MARK: The breaker

    @Test("An endpoint that keeps failing is left alone at once, and then asked by one call")
    func breaker() async throws {
        let clock = ManualClock()
        let gate = Self.gate(clock)
        #expect(
            try await Self.open(gate)
                == BreakerChange(endpoint: "host", state: .open, pauseSeconds: 30))
        let refused = await Self.failure(gate)
        #expect(refused?.code == .modelLeftAlone)
        #expect(refused?.retryAfter == .seconds(30))
        clock.advance(by: .seconds(30))
        let trial = try await Self.enter(gate)
        #expect(trial.change == BreakerChange(endpoint: "host", state: .trying))
        #expect(await Self.failure(gate, waitsForTrial: false)?.code == .modelLeftAlone)
        async let patient = Self.enter(gate)
        while gate.callCount < 2 { await Task.yield() }
        #expect(
            gate.leave(trial, .answered) == BreakerChange(endpoint: "host", state: .closed))
        await clock.waitForSleepers(of: GateState.spacing)
        clock.advance(by: GateState.spacing)
        #expect(gate.leave(try await patient, .answered) == nil)
    }

    @Test("Those who wait for a trial that fails are refused with it")
    func failedTrial() async throws {
        let clock = ManualClock()
        let gate = Self.gate(clock)
        _ = try await Self.open(gate)
        clock.advance(by: .seconds(30))
        let trial = try await Self.enter(gate)
        async let patient = Self.failure(gate)
        while gate.callCount < 2 { await Task.yield() }
        #expect(gate.leave(trial, .failed)?.state == .open)
        #expect(await patient?.retryAfter == .seconds(30))
        #expect(gate.callCount == 0)
    }

    @Test("A trial that is cancelled says nothing: the next call finds out")
    func cancelledTrial() async throws {
        let clock = ManualClock()
        let gate = Self.gate(clock)
        _ = try await Self.open(gate)
        clock.advance(by: .seconds(30))
        _ = gate.leave(try await Self.enter(gate), .cancelled)
        #expect(try await Self.enter(gate).change?.state == .trying)
    }

    @Test("What counts as a failure of the endpoint, and what does not")
    func outcomes() {
        for code in [
            CrewError.Code.modelUnreachable, .modelTimeout, .modelOverloaded, .modelServerError,
            .modelStreamCut,
        ] { #expect(EndpointOutcome(CrewError(code, "")) == .failed) }
        for code in [CrewError.Code.modelRejectedRequest, .modelRejectedKey, .modelNotFound] {
            #expect(EndpointOutcome(CrewError(code, "")) == .answered)
        }
        #expect(
            EndpointOutcome(CrewError(.modelRateLimited, "", retryAfter: .seconds(1)))
                == .limited(.seconds(1)))
        #expect(EndpointOutcome(CancellationError()) == .cancelled)
        #expect(EndpointOutcome(CrewError(.budgetExceeded, "")) == .cancelled)
    }

    @Test("Refused requests, limits and cancels between them do not make failures of a row")
    func rows() async throws {
        let gate = Self.gate(ManualClock())
        for outcome in [EndpointOutcome.failed, .answered, .failed] {
            #expect(gate.leave(try await Self.enter(gate), outcome) == nil)
        }
        for outcome in [EndpointOutcome.limited(nil), .cancelled] {
            #expect(gate.leave(try await Self.enter(gate), outcome) == nil)
        }
        #expect(gate.leave(try await Self.enter(gate), .failed)?.state == .open)
    }

    // MARK: Load

    @Test(
        "Of many calls that fail, wait and are cancelled, all end, and no slot is lost",
        arguments: 0..<10)
    func load(seed: Int) async throws {
        let clock = ManualClock()
        let gate = EndpointGate(
            endpoint: "host",
            limits: EndpointLimits(
                concurrentCalls: 3, callsPerMinute: 40, breakerFailures: 4,
                breakerPause: .seconds(2)),
            longestWait: .seconds(100), clock: clock)
        let crowd = CallCrowd(gate: gate, clock: clock)
        var starts = GateStarts()
        await withTaskGroup { group in
            for number in 0..<120 {
                group.addTask { await crowd.call(number, seed: seed) }
            }
            while crowd.ended < 120 {
                // How far calls get until the clock moves does not matter.
                for _ in 0..<50 { await Task.yield() }
                starts.look(at: gate)
                clock.advance(by: .milliseconds(250))
            }
        }
        #expect(crowd.most <= 3)
        #expect(starts.count > 3 && starts.mostInAMinute <= 40)
        #expect(gate.callCount == 0)
        // Whatever happened, the gate still works.
        clock.advance(by: .seconds(90))
        for number in 0..<3 {
            let pass = try await withThrowingTaskGroup(of: EndpointGate.Pass?.self) { group in
                group.addTask { try await Self.enter(gate, "late-\(number)") }
                group.addTask {
                    // Moved until the call is in: it may have missed any one move.
                    while !Task.isCancelled {
                        clock.advance(by: .seconds(2))
                        await Task.yield()
                    }
                    return nil
                }
                let pass = try await group.next() ?? nil
                group.cancelAll()
                return pass
            }
            _ = gate.leave(try #require(pass), .answered)
        }
    }
}

/// Many calls at one gate, and how many of them were under way at once.
private final class CallCrowd: Sendable {
    private struct Count {
        var underWay = 0
        var most = 0
        var ended = 0
    }

    private let gate: EndpointGate
    private let clock: ManualClock
    private let count = Mutex(Count())

    init(gate: EndpointGate, clock: ManualClock) {
        self.gate = gate
        self.clock = clock
    }

    var ended: Int { count.withLock(\.ended) }
    var most: Int { count.withLock(\.most) }

    /// A call that takes a while and ends in one way or another; one in three is cancelled somewhere.
    func call(_ number: Int, seed: Int) async {
        var random = SeededGenerator(seed: UInt64(seed * 1000 + number))
        let patience = Duration.milliseconds(Int.random(in: 0...20_000, using: &random))
        let isCancelled = Int.random(in: 0..<3, using: &random) == 0
        let length = Duration.milliseconds(Int.random(in: 0...1500, using: &random))
        let outcome = Int.random(in: 0..<4, using: &random)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.enter("run-\(number % 7)", length, outcome) }
            if isCancelled {
                // A cancelled wait is the end of the patience all the same.
                group.addTask { try? await self.clock.elapse(patience) }  // see above
            }
            await group.next()
            group.cancelAll()
        }
        count.withLock { $0.ended += 1 }
    }

    private func enter(_ run: String, _ length: Duration, _ outcome: Int) async {
        // Refusals and cancels are what the test is about; they end the call.
        guard let pass = try? await EndpointGateTests.enter(gate, run) else { return }  // see above
        count.withLock { count in
            count.underWay += 1
            count.most = max(count.most, count.underWay)
        }
        do {
            try await clock.elapse(length)
            count.withLock { $0.underWay -= 1 }
            let outcomes: [EndpointOutcome] = [
                .answered, .failed, .limited(.milliseconds(300)), .answered,
            ]
            _ = gate.leave(pass, outcomes[outcome])
        } catch {
            count.withLock { $0.underWay -= 1 }
            _ = gate.leave(pass, .cancelled)
        }
    }
}
