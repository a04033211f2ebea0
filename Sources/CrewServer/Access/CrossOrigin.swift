import CrewKit
import Foundation
import HTTPTypes
import Hummingbird

/// Lets the pages of a few named sites use this server (CORS); without any it does nothing.
struct CrossOrigin: RouterMiddleware {
    typealias Context = ServerContext

    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    private static let taken =
        "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
        + "Last-Event-ID, Prefer, traceparent, tracestate, X-Request-ID"
    private static let shown =
        "Allow, Content-Disposition, ETag, Location, Preference-Applied, RateLimit, "
        + "RateLimit-Policy, Retry-After, traceparent, WWW-Authenticate, X-Request-ID"

    let origins: Set<String>

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard !origins.isEmpty else { return try await next(request, context) }
        let origin = request.headers[.origin].flatMap { origins.contains($0) ? $0 : nil }
        let isQuestion =
            request.method == .options
            && request.headers[named: "Access-Control-Request-Method"] != nil
        guard let origin, isQuestion else {
            var response = try await next(request, context)
            response.headers.addVary("Origin")
            if let origin {
                response.headers[named: "Access-Control-Allow-Origin"] = origin
                response.headers[named: "Access-Control-Expose-Headers"] = Self.shown
                // It is for that site to show it.
                response.headers[named: "Cross-Origin-Resource-Policy"] = "cross-origin"
            }
            return response
        }
        var response = Response(status: .noContent)
        response.headers.addVary(
            "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        response.headers[named: "Access-Control-Allow-Origin"] = origin
        response.headers[named: "Access-Control-Allow-Methods"] = Self.methods
        response.headers[named: "Access-Control-Allow-Headers"] = Self.taken
        response.headers[named: "Access-Control-Max-Age"] = "600"
        return response
    }

    /// - Throws: `invalidInput` for what browsers never send as an origin.
    static func check(_ origin: String) throws(CrewError) {
        let parts = origin.split(separator: "://", maxSplits: 1)
        let authority = parts.count == 2 ? parts[1] : ""
        let isPlain =
            !authority.isEmpty
            && authority.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte)
                    && !"/?#@*,;\"'\\ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8.contains(byte)
            }
        guard isPlain, ["http", "https"].contains(parts[0]) else {
            throw CrewError(
                .invalidInput,
                "'\(origin.prefix(100))' is not an origin: write scheme, host and port as browsers "
                    + "do, such as https://app.example.com, without a path; each site is named")
        }
    }
}

extension HTTPFields {
    fileprivate mutating func addVary(_ names: String) {
        self[.vary] = self[.vary].map { "\($0), \(names)" } ?? names
    }
}
