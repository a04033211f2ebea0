import AsyncHTTPClient
import CrewKit
import NIOHTTP1

extension HTTPClient.Request {
    /// Tells the endpoint of which trace the call is a part, where somebody records it.
    mutating func note(_ trace: TraceContext?) {
        guard let trace, trace.isSampled else { return }
        headers.replaceOrAdd(name: "traceparent", value: trace.traceparent)
        if let state = trace.state { headers.replaceOrAdd(name: "tracestate", value: state) }
    }
}
