import HTTPTypes
import Hummingbird
import Logging

/// Answers every error with a problem document, and logs those that are the server's own.
struct ProblemDocuments<Context: RequestContext>: RouterMiddleware {
    /// The paths that exist, without a slash at their end, with what may be done there.
    let methods: [String: [HTTPRequest.Method]]

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
                    metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            }
            return ErrorResponse.response(to: refusal(of: request) ?? error)
        }
    }

    /// Set when the path exists and only the method does not.
    private func refusal(of request: Request) -> MethodNotAllowed? {
        var path = request.uri.path[...]
        while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        guard let allowed = methods[String(path)], !allowed.contains(request.method) else {
            return nil
        }
        return MethodNotAllowed(allowed: allowed)
    }
}
