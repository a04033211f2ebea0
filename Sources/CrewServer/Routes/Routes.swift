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
        for crews: ServedCrews, options: ServerOptions, streams: OpenStreams,
        requests: RecentRequests, watchers: [any RequestWatcher] = []
    ) -> RouterResponder<Context> {
        let endpoints = endpoints(
            for: crews, options: options, streams: streams, requests: requests)
        var paths = KnownPaths()
        for endpoint in endpoints { paths.add(endpoint.path, [endpoint.method]) }
        let undescribed = paths.all.filter { !$0.methods.contains(.options) }
        for (path, _) in undescribed { paths.add(path, [.options]) }

        let router = Router(context: Context.self)
        router.add(middleware: RequestMarks(options: options, watchers: watchers))
        router.add(middleware: SecurityHeaders(isEncrypted: options.certificate != nil))
        router.add(middleware: CrossOrigin(origins: options.allowedOrigins))
        router.add(middleware: ProblemDocuments(paths: paths))
        router.add(middleware: OriginGuard(options))
        router.add(
            middleware: Access(keys: options.keys, endpoints: endpoints, now: options.now))
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

    /// All that may be asked.
    static func endpoints(
        for crews: ServedCrews, options: ServerOptions, streams: OpenStreams,
        requests: RecentRequests
    ) -> [Endpoint] {
        let routes = RequestRoutes(requests: requests, crews: crews)
        let older = olderEndpoints(crews, options, streams).map(requests.keeping)
        let resources =
            V1Routes(crews: crews, options: options, streams: streams).endpoints
            .map(requests.keeping) + routes.endpoints
        return older + resources + resources.filter { $0.method == .get }.map(\.head)
    }

    /// What the original has too.
    private static func olderEndpoints(
        _ crews: ServedCrews, _ options: ServerOptions, _ streams: OpenStreams
    ) -> [Endpoint] {
        let stream = StreamRoute(crews: crews, options: options, streams: streams)
        let page = PageRoute(crews: crews, options: options)
        let health = HealthRoute(
            crews: crews, options: options, streams: streams, startedAt: options.now())
        let streaming = [HTTPRequest.Method.get, .post].map { method in
            // A HEAD would start a run like a GET: there is none.
            Endpoint(method, "/api/crew/stream", .run) { request, context in
                try await stream.respond(to: request, context)
            }
        }
        return any.reduce(into: streaming) { endpoints, method in
            endpoints += [
                Endpoint(method, "/health", nil) { request, context in
                    await health.respond(to: context.caller).withoutBody(
                        if: request.method == .head)
                },
                Endpoint(method, "/", nil) { request, context in
                    page.respond(to: request, context.caller)
                        .withoutBody(if: request.method == .head)
                },
            ]
        }
    }
}

extension Response {
    /// The answer to a HEAD: its headers tell of a body that does not come.
    fileprivate func withoutBody(if isHead: Bool) -> Response {
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
