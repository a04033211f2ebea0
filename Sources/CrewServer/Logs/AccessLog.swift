import CrewKit
import HTTPTypes
import Logging

/// A line of the log for each request, but for those that only ask how the server is.
struct AccessLog: RequestWatcher {
    let logger: Logger

    func finished(_ answered: AnsweredRequest) {
        let request = answered.request
        guard !request.isProbe, logger.logLevel <= .info else { return }
        // The path itself may hold what somebody wrote; its pattern does not.
        var metadata: Logger.Metadata = [
            "method": "\(request.method.rawValue)", "route": "\(request.route ?? "none")",
            "status": "\(answered.status)",
            "duration_ms": "\(Int(answered.duration / .milliseconds(1)))",
        ]
        metadata["request_id"] = request.origin.requestID.map { "\($0)" }
        metadata["trace_id"] = request.origin.trace.map { "\($0.traceID)" }
        if answered.isBroken { metadata["broken"] = "true" }
        logger.info("request", metadata: metadata)
    }
}
