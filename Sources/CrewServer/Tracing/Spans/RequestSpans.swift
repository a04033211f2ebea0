import CrewKit
import Foundation
import HTTPTypes

/// Makes the span of each request.
struct RequestSpans: RequestWatcher {
    let tracing: Tracing

    func finished(_ answered: AnsweredRequest) {
        guard let span = Self.span(of: answered) else { return }
        tracing.exporter.add([span])
    }

    /// Absent for what nobody records, for probes, which are no work, and for what was turned away
    /// at the door: strangers make no spans, whatever their `traceparent` says.
    static func span(of answered: AnsweredRequest) -> Span? {
        let request = answered.request
        guard let trace = request.origin.trace, trace.isSampled, !request.isProbe,
            answered.status != 401, answered.status != 429
        else { return nil }
        let name = [request.method.rawValue, request.route].compactMap(\.self)
        var span = Span(
            traceID: trace.traceID, spanID: trace.spanID, parentID: request.parent?.spanID,
            state: trace.state, name: name.joined(separator: " "), start: request.startedAt)
        span.kind = .server
        span.isRemoteParent = request.parent != nil
        span.attributes[.method] = .text(request.method.rawValue)
        span.attributes.set(.route, request.route)
        span.attributes[.status] = .integer(answered.status)
        span.attributes.set(.request, request.origin.requestID)
        // What the client did wrong is no error of this side.
        if answered.status >= 500 { span.fail(String(answered.status)) }
        span.end(at: request.startedAt + answered.duration / .seconds(1))
        return span
    }
}

extension MarkedRequest {
    /// Whether it only asks how the server is.
    var isProbe: Bool {
        switch route {
        case "/health", "/live", "/ready", "/metrics": true
        default: false
        }
    }
}
