import CrewKit
import CrewTesting
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing

@testable import CrewServer

@Suite("Limits of rates", .timeLimit(.minutes(5)))
struct RateLimitTests {
    @Test("As many pass as may, then one for each part of the window")
    func bucket() {
        let time = Mutex(Duration.zero)
        let buckets = TokenBuckets(
            RateLimits.Limit(requests: 2, window: .seconds(60)), capacity: 10
        ) { time.withLock { $0 } }
        #expect(buckets.take("a").remaining == 1)
        #expect(buckets.take("a").isAdmitted)
        let refused = buckets.take("a")
        #expect(
            !refused.isAdmitted && refused.wait == .seconds(30) && refused.reset == .seconds(60))
        #expect(buckets.take("b").isAdmitted, "another one has its own")
        time.withLock { $0 = .seconds(30) }
        #expect(buckets.take("a").isAdmitted)
        #expect(!buckets.take("a").isAdmitted)
        time.withLock { $0 = .seconds(3_000) }
        #expect(buckets.take("a").remaining == 1, "no more than the limit is saved up")
    }

    @Test("A clock that goes back gives nothing and takes nothing")
    func clockBack() {
        let time = Mutex(Duration.seconds(100))
        let buckets = TokenBuckets(RateLimits.Limit(requests: 2), capacity: 10) {
            time.withLock { $0 }
        }
        #expect(buckets.take("a").isAdmitted)
        time.withLock { $0 = .zero }
        #expect(buckets.take("a").isAdmitted)
        #expect(!buckets.take("a").isAdmitted)
    }

    @Test("However many come, only so many are remembered, and who goes on is not forgotten")
    func bounded() {
        let buckets = TokenBuckets(RateLimits.Limit(requests: 2), capacity: 100) { .zero }
        _ = buckets.take("steady")
        _ = buckets.take("steady")
        for number in 1...10_000 {
            _ = buckets.take("\(number)")
            if number.isMultiple(of: 20) { #expect(!buckets.take("steady").isAdmitted) }
        }
        #expect(buckets.count <= 102)
    }

    /// Says that a key was shown.
    private struct Key: RouterMiddleware {
        func handle(
            _ request: Request, context: ServerContext,
            next: @concurrent (Request, ServerContext) async throws -> Response
        ) async throws -> Response {
            var context = context
            context.caller = Caller(key: "mine", tenant: "t", scopes: [.run])
            return try await next(request, context)
        }
    }

    @Test(
        "Answers say what is left; one request too many is answered with 429 and when to come again"
    )
    func fields() async throws {
        var options = ServerOptions()
        options.clock = ManualClock()
        options.rates.perKey = RateLimits.Limit(requests: 2, window: .seconds(60))
        let router = Router(context: ServerContext.self)
        router.add(middleware: RateTelling())
        router.add(
            middleware: ProblemDocuments(
                paths: KnownPaths(),
                figures: ServerFigures(options: options, streams: OpenStreams(limit: 1))))
        router.add(middleware: Key())
        router.add(middleware: RateLimiting(per: .address, options))
        router.add(middleware: RateLimiting(per: .key, options))
        router.get("/v1/runs") { _, _ in Response(status: .ok) }
        router.get("/v1/none") { _, _ -> Response in throw CrewError.unknownRun("x") }
        router.get("/live") { _, _ in Response(status: .ok) }
        try await Application(responder: router.buildResponder()).test(.router) { client in
            let first = try await client.execute(uri: "/v1/runs", method: .get)
            #expect(first.headers[named: "RateLimit-Policy"] == "\"key\";q=2;w=60")
            #expect(first.headers[named: "RateLimit"] == "\"key\";r=1;t=30")
            let missing = try await client.execute(uri: "/v1/none", method: .get)
            #expect(missing.status == .notFound)
            #expect(missing.headers[named: "RateLimit"] == "\"key\";r=0;t=60")
            let refused = try await client.execute(uri: "/v1/runs", method: .get)
            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers[.retryAfter] == "30")
            let document = try JSONValue(parsing: String(buffer: refused.body))
            #expect(document["code"] == "too_many_requests")
            let live = try await client.execute(uri: "/live", method: .get)
            #expect(live.status == .ok && live.headers[named: "RateLimit"] == nil)
        }
        #expect(options.counts.refusals[.keyRate] == 1)
    }
}
