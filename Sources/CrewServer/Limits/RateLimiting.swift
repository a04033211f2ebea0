import CrewKit
import HTTPTypes
import Hummingbird

/// Lets so many requests of one key, or of one address, through, and says in each answer how many
/// are left (`RateLimit` and `RateLimit-Policy` of the HTTP working group's draft).
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
        guard standing.isAdmitted else {
            counts.note(owner == .key ? .keyRate : .addressRate)
            let error = CrewError(
                .tooManyRequests,
                "\(buckets.limit.requests) requests of one \(owner.rawValue) may come in "
                    + "\(Self.seconds(buckets.limit.window)) seconds", retryAfter: standing.wait)
            return told(standing, buckets.limit, ErrorResponse.response(to: error))
        }
        do {
            return told(standing, buckets.limit, try await next(request, context))
        } catch let error as CrewError where !ErrorResponse.isUnexpected(error) {
            return told(standing, buckets.limit, ErrorResponse.response(to: error))
        }
    }

    private func name(of context: ServerContext) -> String? {
        switch owner {
        // Two tenants may call a key the same.
        case .key: context.caller.key.map { "\(context.caller.tenant ?? "") \($0)" }
        case .address: context.peer.flatMap(ClientAddress.counted)
        }
    }

    /// Who passes two of these is told of both.
    private func told(
        _ standing: TokenBuckets.Standing, _ limit: RateLimits.Limit, _ response: Response
    ) -> Response {
        var response = response
        let policy = "\"\(owner.rawValue)\";q=\(limit.requests);w=\(Self.seconds(limit.window))"
        let left = "\"\(owner.rawValue)\";r=\(standing.remaining);t=\(Self.seconds(standing.reset))"
        response.headers.add(policy, named: "RateLimit-Policy")
        response.headers.add(left, named: "RateLimit")
        return response
    }

    private static func seconds(_ duration: Duration) -> Int {
        Int((duration / .seconds(1)).rounded(.up))
    }
}

extension HTTPFields {
    /// Appends to a field that is a list.
    fileprivate mutating func add(_ value: String, named name: String) {
        self[named: name] = self[named: name].map { "\($0), \(value)" } ?? value
    }
}
