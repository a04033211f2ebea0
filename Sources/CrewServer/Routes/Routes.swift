import CrewKit
import HTTPTypes
import Hummingbird

/// The table of what may be asked of the server.
enum Routes {
    typealias Context = ServerContext

    private static let any: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options,
    ]

    static func responder(
        for crews: ServedCrews, options: ServerOptions, streams: OpenStreams, health: HealthRoute,
        figures: ServerFigures
    ) -> RouterResponder<Context> {
        let metrics = MetricsRoute(figures: figures, startedAt: health.startedAt)
        let older =
            olderEndpoints(crews, options, streams) + health.endpoints(any) + metrics.endpoints
        let resources = V1Routes(crews: crews, options: options, streams: streams).endpoints
        let heads = resources.filter { $0.method == .get }.map(head)
        var paths = KnownPaths()
        for endpoint in older + resources + heads { paths.add(endpoint.path, [endpoint.method]) }
        let undescribed = paths.all.filter { !$0.methods.contains(.options) }
        for (path, _) in undescribed { paths.add(path, [.options]) }

        let router = Router(context: Context.self)
        router.add(middleware: RequestCounts(figures: figures))
        router.add(middleware: ProblemDocuments(paths: paths, figures: figures))
        router.add(middleware: PhaseGate(life: options.life))
        router.add(middleware: OriginGuard(allowedHosts: options.allowedHosts))
        router.add(middleware: RateLimiting(per: .address, options))
        router.add(middleware: RateLimiting(per: .key, options))
        router.add(middleware: ReaderLimits(options))
        for endpoint in older + resources + heads {
            router.on(RouterPath(endpoint.path), method: endpoint.method, use: endpoint.respond)
        }
        for (path, methods) in undescribed {
            let allowed = (methods + [.options]).map(\.rawValue).joined(separator: ", ")
            router.on(RouterPath(path), method: .options) { _, _ in
                Response(status: .noContent, headers: [.allow: allowed])
            }
        }
        return router.buildResponder()
    }

    /// What is answered before the crews are there.
    static func standby(_ health: HealthRoute, life: ServerLife) -> RouterResponder<Context> {
        let router = Router(context: Context.self)
        router.add(middleware: ProblemDocuments(paths: KnownPaths()))
        router.add(middleware: PhaseGate(life: life))
        for endpoint in health.endpoints(any) {
            router.on(RouterPath(endpoint.path), method: endpoint.method, use: endpoint.respond)
        }
        return router.buildResponder()
    }

    /// What the original has too.
    private static func olderEndpoints(
        _ crews: ServedCrews, _ options: ServerOptions, _ streams: OpenStreams
    ) -> [Endpoint] {
        let stream = StreamRoute(crews: crews, options: options, streams: streams)
        let page = PageRoute(crews: crews, options: options)
        let streaming = [HTTPRequest.Method.get, .post].map { method in
            // A HEAD would start a run like a GET: there is none.
            Endpoint(method, "/api/crew/stream", .run) { request, context in
                try await stream.respond(to: request, logger: context.logger)
            }
        }
        return any.reduce(into: streaming) { endpoints, method in
            endpoints += [
                Endpoint(method, "/", nil) { request, _ in
                    page.respond(to: request).withoutBody(if: request.method == .head)
                }
            ]
        }
    }

    /// The HEAD of what can be read.
    private static func head(of endpoint: Endpoint) -> Endpoint {
        Endpoint(.head, endpoint.path, endpoint.needs) { request, context in
            try await endpoint.respond(request, context).createHeadResponse()
        }
    }
}

extension Response {
    /// The answer to a HEAD: its headers tell of a body that does not come.
    func withoutBody(if isHead: Bool) -> Response {
        isHead ? createHeadResponse() : self
    }

    /// A document that changes with its run, and is not to be kept.
    static func json(
        _ value: JSONValue, _ status: HTTPResponse.Status = .ok, _ headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.text)))
    }
}
