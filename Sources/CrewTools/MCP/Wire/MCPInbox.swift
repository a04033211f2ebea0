import CrewKit
import Synchronization

/// What a server says unasked, given to whom it concerns.
final class MCPInbox: Sendable {
    enum Event: Sendable {
        case toolsChanged
        /// A call had no answer in time, or none at all: is the server there?
        case doubt
    }

    /// For one reader. Events that pile up say the same, so few are kept.
    let events: AsyncStream<Event>
    private let event: AsyncStream<Event>.Continuation
    private let progress = Mutex<[Int: AsyncStream<ToolReports.Progress>.Continuation]>([:])

    init() {
        (events, event) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(8))
    }

    func post(_ event: Event) { self.event.yield(event) }

    func close() {
        event.finish()
        let open = progress.withLock { progress in
            defer { progress = [:] }
            return Array(progress.values)
        }
        for continuation in open { continuation.finish() }
    }

    /// Reports on a request until `forget`; the newest ones when nobody keeps up.
    func progress(of request: Int) -> AsyncStream<ToolReports.Progress> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ToolReports.Progress.self, bufferingPolicy: .bufferingNewest(16))
        progress.withLock { $0[request] = continuation }
        return stream
    }

    func forget(_ request: Int) {
        progress.withLock { $0.removeValue(forKey: request) }?.finish()
    }

    func take(_ method: String, _ params: JSONObject) {
        switch method {
        case "notifications/tools/list_changed",
            // What changed before we were heard, nobody told us.
            "notifications/subscriptions/acknowledged":
            post(.toolsChanged)
        case "notifications/progress":
            guard let request = params["progressToken"]?.integer,
                let done = params["progress"]?.double, done.isFinite
            else { return }
            let report = ToolReports.Progress(
                done: done, total: params["total"]?.double,
                message: params["message"]?.string.map { String($0.prefix(1_000)) })
            _ = progress.withLock { $0[request] }?.yield(report)
        default: break
        }
    }
}
