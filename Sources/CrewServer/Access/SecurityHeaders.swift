import HTTPTypes
import Hummingbird

/// Tells browsers with every answer what they must not do with it.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = ServerContext

    private let fields: [(name: HTTPField.Name, value: String)]

    /// - Parameter isEncrypted: true where the server speaks TLS itself.
    init(isEncrypted: Bool) {
        let always = [
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        let encrypted = [("Strict-Transport-Security", "max-age=31536000")]
        fields = (always + (isEncrypted ? encrypted : [])).compactMap { name, value in
            HTTPField.Name(name).map { ($0, value) }
        }
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        // What a route says itself it says for a reason.
        for (name, value) in fields where response.headers[name] == nil {
            response.headers[name] = value
        }
        // Of one connection for many requests no answer may say this (RFC 9113, 8.2.2).
        if context.isMultiplexed { response.headers[.connection] = nil }
        return response
    }
}
