import CrewKit

extension ToolInvocation {
    /// The fields that tell the other side of which trace the call is a part; empty where nobody
    /// records it.
    ///
    /// Source: W3C Trace Context; the Model Context Protocol has the same names in `_meta`.
    var traceFields: [(String, String)] {
        guard let trace, trace.isSampled else { return [] }
        return [("traceparent", trace.traceparent)]
            + (trace.state.map { [("tracestate", $0)] } ?? [])
    }
}
