import CrewKit
import CrewTesting
import Synchronization
import Testing

@Suite("What is done around a tool's calls")
struct ToolPolicyTests {
    /// Fails as often as it is told to, then answers with the number of its call.
    private final class Flaky: Tool {
        let definition: ToolDefinition
        private let failures: Mutex<[ToolFailure]>
        private let count = Mutex(0)

        init(
            _ failures: [ToolFailure], effect: ToolEffect = .read,
            change: (inout ToolDefinition) -> Void = { _ in }
        ) {
            var definition = ToolDefinition(
                name: "flaky", description: "", effect: effect, timeout: .seconds(5))
            change(&definition)
            self.definition = definition
            self.failures = Mutex(failures)
        }

        var calls: Int { count.withLock { $0 } }

        func call(_ call: ToolInvocation) async throws -> String {
            let number = count.withLock { count in
                count += 1
                return count
            }
            let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let failure { throw failure }
            return "answer \(number)"
        }
    }

    private func invocation(_ arguments: JSONObject = [:]) -> ToolInvocation {
        ToolInvocation(
            call: "c", arguments: arguments, idempotencyKey: "k", run: "r", agent: "a")
    }

    private func applied(
        _ policy: ToolPolicy, to tool: any Tool, _ clock: any Clock<Duration> = ShortWaitClock()
    ) throws -> any Tool {
        try policy.applied(to: tool, timeout: .seconds(5), clock: clock, chance: { 0 })
    }

    private let retry = ToolPolicy(
        retry: ToolPolicy.Retry(attempts: 3, firstDelay: .seconds(1), maxDelay: .seconds(3)))

    @Test("A call that may pass is made again, with growing delays")
    func retries() async throws {
        let clock = ShortWaitClock()
        let down = ToolFailure(.system, "down")
        let tool = Flaky([down, down])
        #expect(
            try await applied(retry, to: tool, clock).call(invocation()) == "answer 3")
        #expect(clock.sleeps.contains(.seconds(1)) && clock.sleeps.contains(.seconds(2)))
    }

    @Test("A wait that the other side asks for is kept, and one that is too long ends the attempts")
    func askedWait() async throws {
        let clock = ShortWaitClock()
        var busy = ToolFailure(.unavailable, "busy")
        busy.retryAfterSeconds = 2
        #expect(try await applied(retry, to: Flaky([busy]), clock).call(invocation()) == "answer 2")
        #expect(clock.sleeps.contains(.seconds(2)))
        busy.retryAfterSeconds = 60
        let tool = Flaky([busy])
        await #expect(throws: busy) { try await applied(retry, to: tool).call(invocation()) }
        #expect(tool.calls == 1)
    }

    @Test("After the last attempt the failure is the result")
    func givesUp() async throws {
        let down = ToolFailure(.system, "down")
        let tool = Flaky([down, down, down, down])
        await #expect(throws: down) { try await applied(retry, to: tool).call(invocation()) }
        #expect(tool.calls == 3)
    }

    @Test(
        "What cannot pass, or might happen twice, is not tried again",
        arguments: [
            (ToolEffect.read, ToolFailure(.parameter, "wrong")),
            (.read, ToolFailure(.permission, "no")), (.write, ToolFailure(.timeout, "late")),
            (.write, ToolFailure(.crashed, "dead")),
        ])
    func notRetried(effect: ToolEffect, failure: ToolFailure) async throws {
        let tool = Flaky([failure], effect: effect)
        await #expect(throws: failure) { try await applied(retry, to: tool).call(invocation()) }
        #expect(tool.calls == 1)
    }

    @Test("A write is tried again when nothing has happened, or its key holds both together")
    func repeatableWrites() async throws {
        let untouched = Flaky(
            [ToolFailure(.system, "refused", isWithoutEffect: true)], effect: .write)
        #expect(try await applied(retry, to: untouched).call(invocation()) == "answer 2")
        let keyed = Flaky([ToolFailure(.timeout, "late")], effect: .write) {
            $0.isIdempotent = true
        }
        #expect(try await applied(retry, to: keyed).call(invocation()) == "answer 2")
    }

    @Test("What cannot be undone is never tried again, which is said before it runs")
    func irreversible() throws {
        #expect(throws: CrewError.self) {
            try applied(retry, to: Flaky([], effect: .irreversible))
        }
    }

    @Test("The same arguments give the kept result, whatever their order, until its time is over")
    func cache() async throws {
        let clock = ManualClock()
        let tool = Flaky([])
        let policy = ToolPolicy(cache: ToolPolicy.Cache(lifetime: .seconds(10)))
        let cached = try applied(policy, to: tool, clock)
        #expect(try await cached.call(invocation(["a": 1, "b": 2])) == "answer 1")
        #expect(try await cached.call(invocation(["b": 2, "a": 1])) == "answer 1")
        #expect(try await cached.call(invocation(["a": 1])) == "answer 2")
        clock.advance(by: .seconds(11))
        #expect(try await cached.call(invocation(["a": 1, "b": 2])) == "answer 3")
    }

    @Test("A cache keeps no more than its bounds, and no failures")
    func cacheBounds() async throws {
        let tool = Flaky([ToolFailure(.system, "down")])
        let policy = ToolPolicy(cache: ToolPolicy.Cache(lifetime: .seconds(10), maxEntries: 2))
        let cached = try applied(policy, to: tool)
        await #expect(throws: ToolFailure.self) { try await cached.call(invocation(["n": 0])) }
        for n in [0, 1, 2] { _ = try await cached.call(invocation(["n": .integer(n)])) }
        #expect(try await cached.call(invocation(["n": 2])) == "answer 4")
        #expect(try await cached.call(invocation(["n": 0])) == "answer 5", "the oldest had to go")
    }

    @Test("Only results of tools that read are kept")
    func cacheOfWrites() throws {
        let policy = ToolPolicy(cache: ToolPolicy.Cache(lifetime: .seconds(10)))
        #expect(throws: CrewError.self) { try applied(policy, to: Flaky([], effect: .write)) }
    }

    @Test("A tool that keeps failing is left alone; one call tries it after the pause")
    func breaker() async throws {
        let clock = ManualClock()
        let down = ToolFailure(.system, "down")
        let tool = Flaky([down, ToolFailure(.parameter, "wrong"), down, down])
        let policy = ToolPolicy(breaker: ToolPolicy.Breaker(failures: 2, pause: .seconds(30)))
        let guarded = try applied(policy, to: tool, clock)
        func kind() async -> ToolFailure.Kind? {
            do {
                _ = try await guarded.call(invocation())
                return nil
            } catch {
                return ToolFailure(error).kind
            }
        }
        #expect(await kind() == .system)
        #expect(await kind() == .parameter, "a caller's mistake says nothing of the tool")
        #expect(await kind() == .system)
        #expect(await kind() == .unavailable && tool.calls == 3)
        clock.advance(by: .seconds(30))
        #expect(await kind() == .system, "the one that tries")
        #expect(await kind() == .unavailable && tool.calls == 4)
        clock.advance(by: .seconds(30))
        #expect(await kind() == nil)
        #expect(await kind() == nil && tool.calls == 6)
    }

    private static func kind(
        _ body: @Sendable () async throws -> String
    ) async -> ToolFailure.Kind? {
        do {
            _ = try await body()
            return nil
        } catch {
            return ToolFailure(error).kind
        }
    }

    @Test("A breaker counts calls that took too long, and not those that came too often")
    func breakerCounts() async throws {
        let clock = ManualClock()
        let release = Gate()
        let hanging = ClosureTool("h", timeout: .seconds(5)) { _ in
            await release.wait()
            return "late"
        }
        let policy = ToolPolicy(breaker: ToolPolicy.Breaker(failures: 1))
        let guarded = try applied(policy, to: hanging, clock)
        async let late = Self.kind { try await guarded.call(invocation()) }
        await clock.waitForSleepers(of: .seconds(5))
        clock.advance(by: .seconds(5))
        await clock.waitForSleepers(of: .seconds(1))
        clock.advance(by: .seconds(1))
        let kind = await late
        release.open()
        #expect(kind == .timeout)
        let refused = await #expect(throws: ToolFailure.self) {
            try await guarded.call(invocation())
        }
        #expect(refused?.message.contains("not asked") == true)
        let often = ToolPolicy(
            breaker: ToolPolicy.Breaker(failures: 1),
            rate: ToolPolicy.Rate(calls: 1, per: .seconds(100)))
        let busy = try applied(often, to: Flaky([]), ManualClock())
        _ = try await busy.call(invocation())
        for _ in 0..<3 {
            let refusal = await #expect(throws: ToolFailure.self) {
                try await busy.call(invocation())
            }
            #expect(refusal?.message.contains("too often") == true)
        }
    }

    @Test("A result that names what a run keeps is not given to another run")
    func cacheOfArtifacts() async throws {
        let tool = ClosureTool("t") { call in
            try await call.artifacts?.save([1], as: "x.bin", mediaType: "a/b")
            return call.run.rawValue
        }
        let cached = try applied(
            ToolPolicy(cache: ToolPolicy.Cache(lifetime: .seconds(10))), to: tool)
        let artifacts = RunArtifacts(save: { _, _, _ in }, read: { _ in nil })
        for run in ["first", "second"] {
            let call = ToolInvocation(
                call: "c", arguments: [:], idempotencyKey: "k", run: RunID(run), agent: "a",
                artifacts: artifacts)
            #expect(try await cached.call(call) == run)
        }
    }

    @Test("Calls beyond the rate wait for their turn, and are refused when that takes too long")
    func rate() async throws {
        let clock = FrozenClock()
        let tool = Flaky([])
        let policy = ToolPolicy(rate: ToolPolicy.Rate(calls: 2, per: .seconds(4)))
        let limited = try applied(policy, to: tool, clock)
        for _ in 0..<4 { _ = try await limited.call(invocation()) }
        #expect(clock.sleeps == [.seconds(4), .seconds(4)])
        let refusal = await #expect(throws: ToolFailure.self) {
            try await limited.call(invocation())
        }
        #expect(refusal?.kind == .unavailable && refusal?.isWithoutEffect == true)
        #expect(tool.calls == 4)
    }
}

/// A clock on which no time passes, however long one waits.
private final class FrozenClock: Clock {
    typealias Instant = ContinuousClock.Instant
    private let waits = Mutex<[Duration]>([])
    let now = ContinuousClock.now
    var minimumResolution: Duration { .zero }
    /// Every wait so far.
    var sleeps: [Duration] { waits.withLock { $0 } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        waits.withLock { $0.append(now.duration(to: deadline)) }
    }
}
