import CrewKit
import HTTPTypes
import Hummingbird

/// The table of what may be asked of the server.
enum Routes {
    typealias Context = BasicRequestContext

    private static let any: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]

    static func responder(
        for runner: CrewRunner, options: ServerOptions, streams: OpenStreams
    ) -> RouterResponder<Context> {
        let stream = StreamRoute(runner: runner, options: options, streams: streams)
        let page = PageRoute(crew: runner.crew, options: options)
        let health = HealthRoute(
            runner: runner, options: options, streams: streams, startedAt: options.now())
        let router = Router(context: Context.self)
        router.add(
            middleware: ProblemDocuments(methods: [
                "/api/crew/stream": [.get, .post, .options], "/health": any, "/": any,
            ]))
        router.add(middleware: OriginGuard(allowedHosts: options.allowedHosts))
        for method in [HTTPRequest.Method.get, .post] {
            router.on("/api/crew/stream", method: method) { request, context in
                try await stream.respond(to: request, logger: context.logger)
            }
        }
        router.on("/api/crew/stream", method: .options) { _, _ in
            Response(status: .noContent, headers: [.allow: "GET, POST, OPTIONS"])
        }
        for method in any {
            router.on("/health", method: method) { request, _ in
                health.respond().withoutBody(if: request.method == .head)
            }
            router.on("/", method: method) { request, _ in
                page.respond().withoutBody(if: request.method == .head)
            }
        }
        return router.buildResponder()
    }
}

extension Response {
    /// The answer to a HEAD: its headers tell of a body that does not come.
    fileprivate func withoutBody(if isHead: Bool) -> Response {
        isHead ? createHeadResponse() : self
    }
}
