import CrewKit
import Hummingbird

import struct Foundation.Date

/// Finds out who asks; without a key nobody learns even which paths there are.
struct Access: RouterMiddleware {
    typealias Context = ServerContext

    /// Absent where no keys are asked for.
    let keys: AccessKeys?
    /// The paths, as routes write them, that need no key.
    let open: Set<String>
    let now: @Sendable () -> Date

    init(keys: AccessKeys?, endpoints: [Endpoint], now: @escaping @Sendable () -> Date) {
        self.keys = keys
        self.now = now
        let closed = Set(endpoints.filter { $0.needs != nil }.map(\.path))
        let free = endpoints.map(\.path).filter { !closed.contains($0) }
        open = Set(free.map { RouterPath($0).description })
    }

    func handle(
        _ request: Request, context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let keys else { return try await next(request, context) }
        var context = context
        do {
            context.caller = try keys.caller(request.headers[.authorization], at: now())
        } catch {
            // A path that does not exist has no name here.
            guard context.endpointPath.map(open.contains) == true else { throw error }
            context.caller = .nobody
        }
        do {
            return try await next(request, context)
        } catch let error as CrewError {
            throw error.written(by: context.caller.tenant)
        }
    }
}
