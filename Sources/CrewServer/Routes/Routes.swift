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
        for crews: ServedCrews, options: ServerOptions, health: HealthRoute,
        _ parts: RouteParts
    ) -> RouterResponder<Context> {
        let endpoints = endpoints(for: crews, options: options, health: health, parts)
        var paths = KnownPaths()
        for endpoint in endpoints { paths.add(endpoint.path, [endpoint.method]) }
        let undescribed = paths.all.filter { !$0.methods.contains(.options) }
        for (path, _) in undescribed { paths.add(path, [.options]) }

        // From the outside in. Marks, counts and headers are on every answer, refusals included, so they
        // stand outside of what makes problems answers. An address is limited before its key is looked
        // for, so that guessing keys is; a key can only be limited once it is known.
        let router = Router(context: Context.self)
        router.add(middleware: RequestMarks(options: options, watchers: parts.watchers))
        router.add(middleware: RequestCounts(figures: parts.figures))
        router.add(middleware: SecurityHeaders(isEncrypted: options.certificate != nil))
        router.add(middleware: CrossOrigin(origins: options.allowedOrigins))
        router.add(middleware: RateTelling())
        router.add(middleware: ProblemDocuments(paths: paths, figures: parts.figures))
        router.add(middleware: PhaseGate(life: options.life))
        router.add(middleware: OriginGuard(options))
        router.add(middleware: RateLimiting(per: .address, options))
        router.add(
            middleware: Access(keys: options.keys, endpoints: endpoints, now: options.now))
        router.add(middleware: RateLimiting(per: .key, options))
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                try context.caller.check(endpoint)
                return try await endpoint.respond(request, context)
            }
        }
        for (path, methods) in undescribed {
            let allowed = (methods + [.options]).map(\.rawValue).joined(separator: ", ")
            router.on(RouterPath(path), method: .options) { _, _ in
                Response(status: .noContent, headers: [.allow: allowed])
            }
        }
        return router.buildResponder()
    }

    /// Everything that may be asked, the description of it all included.
    static func endpoints(
        for crews: ServedCrews, options: ServerOptions, health: HealthRoute, _ parts: RouteParts
    ) -> [Endpoint] {
        let routes = RequestRoutes(requests: parts.requests, crews: crews)
        let metrics = MetricsRoute(figures: parts.figures, startedAt: health.startedAt)
        let older = olderEndpoints(crews, options, parts.streams).map(parts.requests.keeping)
        var resources =
            V1Routes(crews: crews, options: options, streams: parts.streams).endpoints
            .map(parts.requests.keeping) + routes.endpoints
        let others = older + health.endpoints(any) + metrics.endpoints
        resources.append(
            OpenAPIRoute(describing: others + resources, options: options).endpoint)
        return others + resources + resources.filter { $0.method == .get }.map(\.head)
    }

    /// What is answered before the crews are there.
    static func standby(
        _ health: HealthRoute, options: ServerOptions, _ parts: RouteParts
    ) -> RouterResponder<Context> {
        let router = Router(context: Context.self)
        router.add(middleware: RequestMarks(options: options, watchers: parts.watchers))
        router.add(middleware: RequestCounts(figures: parts.figures))
        router.add(middleware: SecurityHeaders(isEncrypted: options.certificate != nil))
        router.add(middleware: ProblemDocuments(paths: KnownPaths(), figures: parts.figures))
        router.add(middleware: PhaseGate(life: options.life))
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
                try await stream.respond(to: request, context)
            }
        }
        return any.reduce(into: streaming) { endpoints, method in
            endpoints += [
                Endpoint(method, "/", nil) { request, context in
                    page.respond(to: request, context.caller)
                        .withoutBody(if: request.method == .head)
                }
            ]
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
