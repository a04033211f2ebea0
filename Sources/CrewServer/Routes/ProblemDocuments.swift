import CrewKit
import Hummingbird
import Logging

/// Answers every error with a problem document, and logs those that are the server's own.
struct ProblemDocuments: RouterMiddleware {
    typealias Context = Routes.Context

    let paths: KnownPaths
    let figures: any RequestFigures

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
            let answered = refusal(of: request, error) ?? error
            figures.refused(because: answered)
            return ErrorResponse.response(
                to: answered, requestID: context.origin.requestID)
        }
    }

    /// Set when the path exists and only the method does not.
    private func refusal(of request: Request, _ error: any Error) -> MethodNotAllowed? {
        // Whoever is refused for another reason does not learn that there is such a path.
        guard (error as? any HTTPResponseError)?.status == .notFound,
            let allowed = paths.methods(at: request.uri.path), !allowed.contains(request.method)
        else { return nil }
        return MethodNotAllowed(allowed: allowed)
    }
}
