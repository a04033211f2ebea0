import Hummingbird
import Logging

/// Answers every error with a problem document, and logs those that are the server's own.
struct ProblemDocuments<Context: RequestContext>: RouterMiddleware {
    let paths: KnownPaths
    /// Told of each answer with a problem; absent where nobody counts.
    var figures: (any RequestFigures)?

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            if ErrorResponse.isUnexpected(error) {
                context.logger.error(
                    "request failed",
                    metadata: [
                        "path": "\(request.uri.path)",
                        "error": "\(ErrorResponse.fullText(of: error))",
                    ])
            }
            let answered = refusal(of: request) ?? error
            figures?.refused(because: answered)
            return ErrorResponse.response(to: answered)
        }
    }

    /// Set when the path exists and only the method does not.
    private func refusal(of request: Request) -> MethodNotAllowed? {
        guard let allowed = paths.methods(at: request.uri.path), !allowed.contains(request.method)
        else { return nil }
        return MethodNotAllowed(allowed: allowed)
    }
}
