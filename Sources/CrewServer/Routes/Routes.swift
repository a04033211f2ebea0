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
        for crews: ServedCrews, options: ServerOptions, streams: OpenStreams
    ) -> RouterResponder<Context> {
        let endpoints = endpoints(for: crews, options: options, streams: streams)
        var paths = KnownPaths()
        for endpoint in endpoints { paths.add(endpoint.path, [endpoint.method]) }
        let undescribed = paths.all.filter { !$0.methods.contains(.options) }
        for (path, _) in undescribed { paths.add(path, [.options]) }

        let router = Router(context: Context.self)
        router.add(middleware: ProblemDocuments(paths: paths))
        router.add(middleware: OriginGuard(allowedHosts: options.allowedHosts))
        for endpoint in endpoints {
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

    /// Everything that may be asked, the description of it all included.
    static func endpoints(
        for crews: ServedCrews, options: ServerOptions, streams: OpenStreams
    ) -> [Endpoint] {
        let older = olderEndpoints(crews, options, streams)
        var resources = V1Routes(crews: crews, options: options, streams: streams).endpoints
        resources.append(
            OpenAPIRoute(describing: older + resources, options: options).endpoint)
        return older + resources + resources.filter { $0.method == .get }.map(head)
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
                try await stream.respond(to: request, logger: context.logger)
            }
        }
        return any.reduce(into: streaming) { endpoints, method in
            endpoints += [
                Endpoint(method, "/health", nil) { request, _ in
                    await health.respond().withoutBody(if: request.method == .head)
                },
                Endpoint(method, "/", nil) { request, _ in
                    page.respond(to: request).withoutBody(if: request.method == .head)
                },
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
