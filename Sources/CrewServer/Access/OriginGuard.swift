import CrewKit
import HTTPTypes
import Hummingbird

/// Keeps pages of other sites from using this server through the browser of somebody who may.
///
/// A server on the loopback is reachable for every page that its user opens: an image address is
/// enough to start a run. Browsers say where a request comes from; programs say nothing and pass.
struct OriginGuard<Context: RequestContext>: RouterMiddleware {
    /// What a browser says of where a request comes from.
    private static var secFetchSite: HTTPField.Name? { HTTPField.Name("Sec-Fetch-Site") }

    private let allowedHosts: Set<String>
    private let allowedOrigins: Set<String>
    /// A name that somebody bent needs keys all the same.
    private let takesAnyHost: Bool

    init(_ options: ServerOptions) {
        allowedHosts = Set(
            options.allowedHosts.map { $0.lowercased() } + [options.host.lowercased()])
        allowedOrigins = options.allowedOrigins
        takesAnyHost =
            options.keys != nil && options.allowedHosts.isEmpty
            && !ServerOptions.isLoopback(options.host)
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let authority = request.head.authority ?? ""
        // A foreign name that leads here means that somebody bent the name service.
        guard takes(authority) else {
            throw refusal("this server is not called '\(authority.prefix(100))'")
        }
        guard Self.isGuarded(request.uri.path) else { return try await next(request, context) }
        let origin = request.headers[.origin]
        if let origin, allowedOrigins.contains(origin) { return try await next(request, context) }
        if let origin, Self.authority(of: origin) != authority {
            throw refusal("requests from \(origin.prefix(100)) are not taken")
        }
        if let site = Self.secFetchSite.flatMap({ request.headers[$0] }), site != "same-origin",
            site != "none"
        {
            throw refusal("requests from other sites are not taken")
        }
        return try await next(request, context)
    }

    /// All but the page and the health, which tell nothing that is worth stealing.
    private static func isGuarded(_ path: String) -> Bool {
        ["api", "v1"].contains(path.split(separator: "/").first)
    }

    func takes(_ authority: String) -> Bool {
        if takesAnyHost || authority.isEmpty { return true }
        let host = Self.host(of: authority).lowercased()
        return ServerOptions.isLoopback(host) || allowedHosts.contains(host)
    }

    private func refusal(_ text: String) -> CrewError { CrewError(.foreignOrigin, text) }

    private static func authority(of origin: String) -> String? {
        guard let range = origin.firstRange(of: "://") else { return nil }
        return String(origin[range.upperBound...])
    }

    private static func host(of authority: String) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        return String(authority.prefix { $0 != ":" })
    }
}
