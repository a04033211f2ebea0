import CrewKit
import HTTPTypes
import Hummingbird
import Synchronization

/// Lets so many requests of one key, or of one address, through.
///
/// `RateTelling` says in the answer how many are left (`RateLimit` and `RateLimit-Policy` of the HTTP
/// working group's draft).
struct RateLimiting: RouterMiddleware {
    typealias Context = ServerContext

    /// Whose requests are counted together.
    enum Owner: String { case key, address }

    private let owner: Owner
    /// Absent lets all through.
    private let buckets: TokenBuckets?
    private let counts: ServerCounts

    init(per owner: Owner, _ options: ServerOptions) {
        self.owner = owner
        counts = options.counts
        let limit = owner == .key ? options.rates.perKey : options.rates.perAddress
        let elapsed = Stopwatch.elapsed(of: options.clock)
        buckets = limit.map {
            TokenBuckets($0, capacity: options.rates.maxTracked, elapsed: elapsed)
        }
    }

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard let buckets, !HealthRoute.paths.contains(request.uri.path),
            let name = name(of: context)
        else { return try await next(request, context) }
        let standing = buckets.take(name)
        context.standings.note(owner, standing, buckets.limit)
        guard standing.isAdmitted else {
            counts.note(owner == .key ? .keyRate : .addressRate)
            throw CrewError(
                .tooManyRequests,
                "\(buckets.limit.requests) requests of one \(owner.rawValue) may come in "
                    + "\(RateStandings.seconds(buckets.limit.window)) seconds",
                retryAfter: standing.wait)
        }
        return try await next(request, context)
    }

    private func name(of context: ServerContext) -> String? {
        switch owner {
        // Two tenants may call a key the same.
        case .key: context.caller.key.map { "\(context.caller.tenant ?? "") \($0)" }
        case .address: context.peer.flatMap(ClientAddress.counted)
        }
    }
}

/// Says in every answer, refusals included, what is left of the limits that the request passed.
struct RateTelling: RouterMiddleware {
    typealias Context = ServerContext

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in context.standings.fields { response.headers[named: name] = value }
        return response
    }
}

/// What is left of the limits that a request passed.
final class RateStandings: Sendable {
    private let passed = Mutex<[(policy: String, left: String)]>([])

    func note(
        _ owner: RateLimiting.Owner, _ standing: TokenBuckets.Standing, _ limit: RateLimits.Limit
    ) {
        let policy = "\"\(owner.rawValue)\";q=\(limit.requests);w=\(Self.seconds(limit.window))"
        let left = "\"\(owner.rawValue)\";r=\(standing.remaining);t=\(Self.seconds(standing.reset))"
        passed.withLock { $0.append((policy, left)) }
    }

    /// The header fields, each a list; none where there are no limits.
    var fields: [(name: String, value: String)] {
        let passed = passed.withLock { $0 }
        guard !passed.isEmpty else { return [] }
        return [
            ("RateLimit-Policy", passed.map(\.policy).joined(separator: ", ")),
            ("RateLimit", passed.map(\.left).joined(separator: ", ")),
        ]
    }

    static func seconds(_ duration: Duration) -> Int {
        Int((duration / .seconds(1)).rounded(.up))
    }
}
