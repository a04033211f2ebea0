import CrewKit
import HTTPTypes
import Hummingbird

/// Refuses what a server that stands by, or is being stopped, does not take any more or yet.
///
/// While it drains, what only reads is answered: the runs are still this process's. Whoever wants
/// something done is sent away to come again, where the next process is.
struct PhaseGate<Context: RequestContext>: RouterMiddleware {
    let life: ServerLife

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let phase = life.phase
        if phase != .serving, !HealthRoute.paths.contains(request.uri.path) {
            if phase == .standby { throw CrewError.standingBy }
            if Self.changes(request.method) { throw CrewError.draining }
        }
        var response = try await next(request, context)
        // A connection that is kept would be cut when the process ends.
        if life.phase == .draining { response.headers[.connection] = "close" }
        return response
    }

    private static func changes(_ method: HTTPRequest.Method) -> Bool {
        ![.get, .head, .options].contains(method)
    }
}

extension CrewError {
    static let standingBy = CrewError(
        .notReady, "this server waits for the process before it to let go of the runs",
        retryAfter: .seconds(1))
    static let draining = CrewError(
        .shuttingDown, "the server is shutting down; the next one takes this",
        retryAfter: .seconds(1))
}

extension CrewError.Code {
    /// The server has not begun to work yet.
    static let notReady = Self("not_ready")
}
