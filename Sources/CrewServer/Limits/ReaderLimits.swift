import CrewKit
import HTTPTypes
import Hummingbird
import Synchronization

/// Bounds the event streams of one tenant, or of one address where nobody has a tenant, so that none
/// takes all there are.
struct ReaderLimits: RouterMiddleware {
    typealias Context = ServerContext

    private let readers: Readers
    private let counts: ServerCounts

    init(_ options: ServerOptions) {
        readers = Readers(limit: options.rates.maxReadersPerOwner)
        counts = options.counts
    }

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard Self.mayStream(request), let owner = Self.owner(context) else {
            return try await next(request, context)
        }
        guard let place = readers.place(for: owner) else {
            counts.note(.readers)
            throw CrewError(
                .tooManyRuns, "\(readers.limit) streams of one client are open, which is the limit",
                retryAfter: .seconds(5))
        }
        var response = try await next(request, context)
        guard response.headers[.contentType]?.hasPrefix("text/event-stream") == true else {
            return response
        }
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            defer { place.leave() }
            try await body.write(writer)
        }
        return response
    }

    /// Taken before the run begins that a stream would show.
    private static func mayStream(_ request: Request) -> Bool {
        request.uri.path.hasPrefix("/api/crew/stream")
            || request.headers[.accept]?.contains("text/event-stream") == true
    }

    private static func owner(_ context: ServerContext) -> String? {
        context.caller.tenant.map { "tenant \($0)" }
            ?? context.peer.flatMap(ClientAddress.counted).map { "address \($0)" }
    }
}

/// How many streams each owner has.
final class Readers: Sendable {
    /// One stream's place, given back when nobody has it any more.
    final class Place: Sendable {
        private let owner: Mutex<String?>
        private let readers: Readers

        fileprivate init(_ owner: String, _ readers: Readers) {
            self.owner = Mutex(owner)
            self.readers = readers
        }

        deinit { leave() }

        func leave() {
            let owner = owner.withLock { owner in
                defer { owner = nil }
                return owner
            }
            if let owner { readers.leave(owner) }
        }
    }

    let limit: Int
    private let open = Mutex<[String: Int]>([:])

    init(limit: Int) { self.limit = limit }

    /// - Returns: `nil` when the owner has as many as may be.
    func place(for owner: String) -> Place? {
        let isFree = open.withLock { open in
            guard open[owner, default: 0] < limit else { return false }
            open[owner, default: 0] += 1
            return true
        }
        return isFree ? Place(owner, self) : nil
    }

    private func leave(_ owner: String) {
        open.withLock { open in
            let left = open[owner, default: 1] - 1
            open[owner] = left > 0 ? left : nil
        }
    }
}
