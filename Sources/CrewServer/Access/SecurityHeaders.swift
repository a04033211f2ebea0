import HTTPTypes
import Hummingbird

/// Tells browsers with every answer what they must not do with it.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = ServerContext

    private let fields: [(name: HTTPField.Name, value: String)]
    private let isEncrypted: Bool

    /// - Parameter isEncrypted: true where the server speaks TLS itself.
    init(isEncrypted: Bool) {
        let always = [
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        fields = always.compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
        self.isEncrypted = isEncrypted
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
        // Every other server of the same machine is called localhost too, and need not speak TLS.
        if isEncrypted, request.head.authority?.hasPrefix("localhost") != true {
            response.headers[.strictTransportSecurity] = "max-age=31536000"
        }
        // Of one connection for many requests no answer may say this (RFC 9113, 8.2.2).
        if context.isMultiplexed { response.headers[.connection] = nil }
        return response
    }
}
