import CrewKit
import Hummingbird
import ServiceLifecycle
import Synchronization

/// The last requests that made runs start or go on; the oldest make room for new ones.
final class RecentRequests: Sendable {
    private struct Entry {
        var request: RecentRequest
        let began: @Sendable () -> Duration
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The keys of the entries, the oldest first.
        var order: [String] = []
    }

    static let capacity = 1_000

    private let state = Mutex(State())
    private let capacity: Int
    private let options: ServerOptions

    init(capacity: Int = RecentRequests.capacity, options: ServerOptions) {
        self.capacity = max(1, capacity)
        self.options = options
    }

    /// An endpoint whose requests are kept, if they are of the kind that is.
    func keeping(_ endpoint: Endpoint) -> Endpoint {
        guard endpoint.needs == .run || endpoint.needs == .approve else { return endpoint }
        return Endpoint(endpoint.method, endpoint.path, endpoint.needs) { request, context in
            let key = self.begin(request, context, at: endpoint.path)
            do {
                let response = try await endpoint.respond(request, context)
                self.answered(key, response)
                return response
            } catch {
                self.answered(key, with: error)
                throw error
            }
        }
    }

    /// The requests that this caller may see, the newest first.
    func list(for tenants: RunQuery.Tenants) -> [RecentRequest] {
        let all = state.withLock { state in
            state.order.reversed().compactMap { state.entries[$0]?.request }
        }
        guard case .only(let tenant) = tenants else { return all }
        return all.filter { $0.tenant == tenant }
    }

    /// Takes in what happens in runs.
    func note(_ seen: RunObservation) {
        guard case .event(let stored) = seen.item, let key = Self.key(of: seen.run.origin) else {
            return
        }
        state.withLock { state in
            guard let began = state.entries[key]?.began else { return }
            state.entries[key]?.request.note(stored, of: seen.run, took: began())
        }
    }

    // MARK: Keeping

    /// A client may send an id twice; the span of a request is ours, and there is one.
    private static func key(of origin: RunOrigin?) -> String? { origin?.trace?.spanID }

    private func begin(_ request: Request, _ context: Routes.Context, at route: String) -> String {
        let key = Self.key(of: context.origin) ?? ""
        let named = context.parameters.get("run").flatMap { WrittenID.isWellFormed($0) ? $0 : nil }
        let recent = RecentRequest(
            id: context.origin.requestID ?? "", trace: context.origin.trace,
            method: request.method.rawValue, route: route, key: context.caller.key,
            tenant: context.caller.tenant, startedAt: options.now(),
            run: named.map { RunID($0) })
        keep(recent, as: key)
        return key
    }

    func keep(_ request: RecentRequest, as key: String) {
        let entry = Entry(request: request, began: options.activity.stopwatch())
        state.withLock { state in
            guard state.entries.updateValue(entry, forKey: key) == nil else { return }
            state.order.append(key)
            guard state.order.count > capacity else { return }
            state.entries[state.order.removeFirst()] = nil
        }
    }

    private func answered(_ key: String, _ response: Response) {
        let location = response.headers[.location].flatMap { $0.split(separator: "/").last }
        change(key) { request in
            request.httpStatus = response.status.code
            if request.run == nil { request.run = location.map { RunID(String($0)) } }
        }
    }

    private func answered(_ key: String, with error: any Error) {
        let (status, code) = ErrorResponse.kind(of: error)
        change(key) { request in
            request.httpStatus = status
            request.problem = code
        }
    }

    private func change(_ key: String, _ body: (inout RecentRequest) -> Void) {
        let now = options.now()
        state.withLock { state in
            guard var entry = state.entries[key] else { return }
            body(&entry.request)
            if !entry.request.isWorking {
                entry.request.endedAt = now
                entry.request.duration = entry.began()
            }
            state.entries[key] = entry
        }
    }
}

/// Follows the runs of a server for the list of its requests.
struct RequestFollowing: Service {
    let requests: RecentRequests
    let observations: AsyncStream<RunObservation>

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await seen in observations { requests.note(seen) }
        }
    }
}
