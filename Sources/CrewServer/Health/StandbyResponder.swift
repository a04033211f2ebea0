import Hummingbird
import Synchronization

/// Answers requests: first with what there is to say before the crews are there, then with them.
final class StandbyResponder: HTTPResponder {
    private typealias Routes = RouterResponder<ServerContext>

    private let standby: RouterResponder<ServerContext>
    private let serving = Mutex<RouterResponder<ServerContext>?>(nil)

    init(standby: RouterResponder<ServerContext>) { self.standby = standby }

    func serve(_ routes: RouterResponder<ServerContext>) { serving.withLock { $0 = routes } }

    @Sendable func respond(to request: Request, context: ServerContext) async throws -> Response {
        let routes = serving.withLock { $0 } ?? standby
        return try await routes.respond(to: request, context: context)
    }
}
