import CrewKit
import HTTPTypes
import Hummingbird
import Logging

/// Gives every request the ids that it is found again by, answers with them, and tells of it once it
/// is answered.
struct RequestMarks: RouterMiddleware {
    typealias Context = Routes.Context

    let options: ServerOptions
    let watchers: [any RequestWatcher]

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        let marked = mark(request, context)
        context.origin = marked.origin
        context.logger[metadataKey: "request_id"] = marked.origin.requestID.map { "\($0)" }
        context.logger[metadataKey: "trace_id"] = marked.origin.trace.map { "\($0.traceID)" }
        let finish = finisher(of: marked)
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            // Whatever answers it is outside of this.
            finish(500, true)
            throw error
        }
        if let field = RequestID.field { response.headers[field] = marked.origin.requestID }
        guard response.body.contentLength == nil else {
            finish(response.status.code, false)
            return response
        }
        let (body, status) = (response.body, response.status.code)
        response.body = ResponseBody { writer in
            do {
                try await body.write(writer)
                finish(status, false)
            } catch {
                finish(status, true)
                throw error
            }
        }
        return response
    }

    private func mark(_ request: Request, _ context: Context) -> MarkedRequest {
        let parent = TraceContext(request.headers)
        let place = parent ?? .begun(with: options.makeTraceBits)
        let trace = place.continued(
            with: options.makeTraceBits,
            isSampled: options.tracing?.sampler.samples(place.traceID, parent: parent)
                ?? parent?.isSampled ?? false)
        return MarkedRequest(
            origin: RunOrigin(
                requestID: RequestID.written(in: request.headers) ?? options.makeRequestID(),
                trace: trace),
            parent: parent, method: request.method,
            route: context.endpointPath.flatMap { $0 == "NotFound" ? nil : $0 },
            startedAt: options.now())
    }

    private func finisher(
        of marked: MarkedRequest
    ) -> @Sendable (_ status: Int, _ isBroken: Bool) -> Void {
        let (watchers, now) = (watchers, options.now)
        let elapsed = options.activity.stopwatch()
        return { status, isBroken in
            let answered = AnsweredRequest(
                request: marked, status: status, endedAt: now(), duration: elapsed(),
                isBroken: isBroken)
            for watcher in watchers { watcher.finished(answered) }
        }
    }
}
