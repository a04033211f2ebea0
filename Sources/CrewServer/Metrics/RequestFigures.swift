import CrewKit
import Hummingbird

/// Is told of requests, to count them.
protocol RequestFigures: Sendable {
    /// One has come; `end` follows.
    func begin()
    func end(_ request: CountedRequest)
    /// One is answered with a problem document.
    func refused(because error: any Error)
}

/// A request that has its answer, as far as that is not a client's own words.
struct CountedRequest: Sendable, Hashable {
    let method: String
    /// The template of the path.
    let route: String
    let status: String
    /// Until the answer's head was ready; streams go on after that.
    let duration: Duration
}

/// Counts and times all requests; belongs around all that may answer one.
struct RequestCounts: RouterMiddleware {
    typealias Context = ServerContext

    private static let methods: Set = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
    ]

    let figures: any RequestFigures
    var now: @Sendable () -> ContinuousClock.Instant = { .now }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = now()
        figures.begin()
        do {
            let response = try await next(request, context)
            end(request, context, String(response.status.code), began)
            return response
        } catch {
            end(request, context, error is CancellationError ? "cancelled" : "500", began)
            throw error
        }
    }

    private func end(
        _ request: Request, _ context: Context, _ status: String, _ began: ContinuousClock.Instant
    ) {
        let method = request.method.rawValue
        let route = context.endpointPath
        figures.end(
            CountedRequest(
                method: Self.methods.contains(method) ? method : MetricFamily.otherValue,
                route: route == nil || route == "NotFound" ? "unmatched" : route ?? "",
                status: status, duration: now() - began))
    }
}
