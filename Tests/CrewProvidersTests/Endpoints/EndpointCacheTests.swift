import CrewKit
import CrewTesting
import Testing

@testable import CrewProviders

@Suite("EndpointCache", .timeLimit(.minutes(5)))
struct EndpointCacheTests {
    static let secret = "sk-very-secret-0123456789"

    static func key(
        _ key: String? = secret, provider: String = "openai", base: String = "https://host/v1"
    ) throws -> EndpointKey {
        EndpointKey(
            provider: provider, address: try EndpointAddress(base), key: key.map { Secret($0) })
    }

    static func cache(
        _ clock: any Clock<Duration> = ManualClock(), capacity: Int = 8
    ) -> EndpointCache {
        EndpointCache(options: EndpointCache.Options(capacity: capacity), clock: clock)
    }

    static func gate(_ cache: EndpointCache, _ key: EndpointKey) -> EndpointGate {
        cache.entry(for: key, limits: EndpointLimits()).gate
    }

    @Test("Endpoints differ by provider, base URL and key, and by nothing else")
    func identity() throws {
        let cache = Self.cache()
        let gate = Self.gate(cache, try Self.key())
        #expect(Self.gate(cache, try Self.key()) === gate)
        #expect(Self.gate(cache, try Self.key(base: "https://host/v1/")) === gate)
        #expect(Self.gate(cache, try Self.key(provider: "vllm")) !== gate)
        #expect(Self.gate(cache, try Self.key(base: "https://host/v2")) !== gate)
        #expect(Self.gate(cache, try Self.key("another")) !== gate)
        #expect(Self.gate(cache, try Self.key(nil)) !== gate)
        let statistics = cache.statistics
        #expect(
            statistics
                == EndpointCacheStatistics(hits: 2, misses: 5, evictions: 0, size: 5, capacity: 8))
    }

    @Test("Each use makes an endpoint young again; after a lifetime without one it is made anew")
    func slidingLifetime() throws {
        let clock = ManualClock()
        let cache = Self.cache(clock)
        let gate = Self.gate(cache, try Self.key())
        for _ in 0..<3 {
            clock.advance(by: .seconds(3599))
            #expect(Self.gate(cache, try Self.key()) === gate)
        }
        clock.advance(by: .seconds(3600))
        #expect(Self.gate(cache, try Self.key()) !== gate)
        #expect(cache.statistics.evictions == 1)
        #expect(cache.statistics.size == 1)
    }

    @Test("One endpoint too many costs the one that was called longest ago")
    func leastRecentlyUsed() throws {
        let clock = ManualClock()
        let cache = Self.cache(clock, capacity: 2)
        let first = Self.gate(cache, try Self.key("1"))
        clock.advance(by: .seconds(1))
        let second = Self.gate(cache, try Self.key("2"))
        clock.advance(by: .seconds(1))
        #expect(Self.gate(cache, try Self.key("1")) === first)
        clock.advance(by: .seconds(1))
        _ = Self.gate(cache, try Self.key("3"))
        #expect(cache.statistics.size == 2)
        #expect(Self.gate(cache, try Self.key("1")) === first)
        #expect(Self.gate(cache, try Self.key("2")) !== second)
    }

    @Test("An endpoint with a call under way stays, however old, and however many there are")
    func underWay() async throws {
        let clock = ManualClock()
        let cache = Self.cache(clock, capacity: 1)
        let gate = Self.gate(cache, try Self.key("busy"))
        let model = GatedModel(SilentModel(), gate: gate)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await model.reply(to: ModelRequest(agent: "a", messages: [])) { _ in }
            }
            while gate.callCount == 0 { await Task.yield() }
            _ = Self.gate(cache, try Self.key("other"))
            clock.advance(by: .seconds(7200))
            cache.sweep()
            #expect(Self.gate(cache, try Self.key("busy")) === gate)
            group.cancelAll()
        }
        clock.advance(by: .seconds(7200))
        cache.sweep()
        #expect(cache.statistics.size == 0)
    }

    @Test("What is invalidated is made anew; the rest stays")
    func invalidation() throws {
        let cache = Self.cache()
        let openAI = Self.gate(cache, try Self.key())
        let vllm = Self.gate(cache, try Self.key(provider: "vllm", base: "http://box/v1"))
        cache.invalidate(provider: "openai")
        #expect(Self.gate(cache, try Self.key()) !== openAI)
        #expect(Self.gate(cache, try Self.key(provider: "vllm", base: "http://box/v1")) === vllm)
        cache.invalidate(baseURL: "http://box/v1")
        #expect(Self.gate(cache, try Self.key(provider: "vllm", base: "http://box/v1")) !== vllm)
        cache.invalidate()
        #expect(cache.statistics.size == 0)
        #expect(cache.statistics.evictions == 4)
    }

    @Test("The tightest limits of all references hold for an endpoint")
    func limits() throws {
        let cache = Self.cache()
        let key = try Self.key()
        let wide = EndpointLimits(concurrentCalls: 8, callsPerMinute: 100)
        let gate = EndpointLookup(cache, key, limits: wide).entry.gate
        for limits in [
            EndpointLimits(concurrentCalls: 4, breakerFailures: 0),
            EndpointLimits(tokensPerMinute: 9, breakerFailures: 2),
        ] { #expect(EndpointLookup(cache, key, limits: limits).entry.gate === gate) }
        #expect(
            gate.limits
                == EndpointLimits(
                    concurrentCalls: 4, callsPerMinute: 100, tokensPerMinute: 9,
                    breakerFailures: 2))
    }

    @Test(
        "Thirty days of calls with two thousand keys leave a bounded cache, and an empty one at last"
    )
    func thirtyDays() async throws {
        let clock = ManualClock()
        let cache = EndpointCache(clock: clock)
        let keys = try (0..<2000).map { try Self.key("key-\($0)") }
        var state: UInt64 = 1
        var largest = 0
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await cache.sweepRegularly(every: .seconds(300)) }
            // Every five minutes 8 calls, with keys of which some are used far more than others.
            for _ in 0..<(30 * 24 * 12) {
                await clock.waitForSleepers(of: .seconds(300))
                for _ in 0..<8 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let share = Double(state >> 40) / Double(1 << 24)
                    _ = Self.gate(cache, keys[Int(share * share * 2000)])
                }
                largest = max(largest, cache.statistics.size)
                clock.advance(by: .seconds(300))
            }
            // At most 13 rounds of 8 calls lie within a lifetime.
            #expect(largest <= 104)
            for _ in 0..<13 {
                await clock.waitForSleepers(of: .seconds(300))
                clock.advance(by: .seconds(300))
            }
            await clock.waitForSleepers(of: .seconds(300))
            group.cancelAll()
        }
        let statistics = cache.statistics
        #expect(statistics.size == 0)
        #expect(statistics.hits + statistics.misses == 30 * 24 * 12 * 8)
        #expect(statistics.evictions == statistics.misses)
    }

    @Test("With more keys in use than it holds, the cache keeps to its capacity")
    func capacity() throws {
        let clock = ManualClock()
        let cache = Self.cache(clock, capacity: 100)
        for round in 0..<3 {
            for number in 0..<2000 {
                _ = Self.gate(cache, try Self.key("key-\(number)", provider: "p\(round)"))
                clock.advance(by: .milliseconds(1))
            }
            #expect(cache.statistics.size == 100)
        }
        #expect(cache.statistics.evictions == 5900)
    }

    @Test("No key is to be seen in anything that could be printed")
    func noKeyIsShown() async throws {
        var reference = ModelReference(
            provider: "openai", model: "m", baseURL: "https://user:pass-word@host/v1")
        reference.apiKey = Secret(Self.secret)
        for wire in [ModelWire.chat, .responses, .anthropic] {
            reference.wire = wire
            let shown = try await withModelEndpoints { endpoints in
                let choice = try await endpoints.choose(reference)
                let key = try Self.key(base: "https://user:pass-word@host/v1")
                let entry = endpoints.cache.entry(for: key, limits: EndpointLimits())
                _ = try entry.model(of: reference) { () throws(CrewError) in choice.model }
                let chain = ModelChain([choice.link()])
                var shown = ""
                for thing: Any in [
                    endpoints.cache, endpoints.cache.statistics, key, entry, entry.gate,
                    choice.model, choice.link(), chain, choice.choice,
                ] {
                    shown += "\(thing)" + String(reflecting: thing)
                    dump(thing, to: &shown)
                }
                return shown
            }
            #expect(!shown.contains(Self.secret))
            #expect(!shown.contains("pass-word"))
            #expect(shown.contains("host"))
        }
    }

    @Test("A run's replacement finds what is kept of the agent's endpoint")
    func sharedByReplacement() async throws {
        let reference = ModelReference(
            provider: "vllm", model: "m", baseURL: "http://127.0.0.1:1/v1")
        try await withModelEndpoints { endpoints in
            let choice = try await endpoints.choose(reference)
            let own = choice.link().gate?()
            let chain = try endpoints.replacement(named: "n", for: choice)
            #expect(chain.links[0].gate?() === own)
            #expect(endpoints.cache.statistics.size == 1)
        }
    }
}

/// Says nothing until it is cancelled.
private struct SilentModel: LanguageModel {
    let name = "silent"

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        for await _ in AsyncStream<Never>.makeStream().stream {}
        throw CancellationError()
    }
}
