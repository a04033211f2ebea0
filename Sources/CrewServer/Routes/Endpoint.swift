import HTTPTypes
import Hummingbird

/// One thing that may be asked of the server.
struct Endpoint: Sendable {
    private(set) var method: HTTPRequest.Method
    /// Segments in braces stand for anything: `/v1/runs/{run}`.
    let path: String
    /// What the caller has to be allowed; absent for what everybody may ask.
    let needs: AccessScope?
    private(set) var respond: @Sendable (Request, Routes.Context) async throws -> Response
    /// Whether figures tell a tenant of nothing but its own runs; others are not for tenants.
    private(set) var isTenantAware = false

    init(
        _ method: HTTPRequest.Method, _ path: String, _ needs: AccessScope?,
        _ respond: @escaping @Sendable (Request, Routes.Context) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.needs = needs
        self.respond = respond
    }

    /// The HEAD of what can be read.
    var head: Endpoint {
        var head = self
        head.method = .head
        head.respond = { [respond] in try await respond($0, $1).createHeadResponse() }
        return head
    }

    /// Figures of which a tenant is told its own.
    var forTenants: Endpoint {
        var endpoint = self
        endpoint.isTenantAware = true
        return endpoint
    }
}

/// The paths that exist and what may be done there.
struct KnownPaths: Sendable {
    private struct Entry {
        let segments: [Substring]
        var methods: [HTTPRequest.Method]
    }

    private var entries: [Entry] = []

    /// The paths and their methods, in the order in which they were added.
    var all: [(path: String, methods: [HTTPRequest.Method])] {
        entries.map { ("/" + $0.segments.joined(separator: "/"), $0.methods) }
    }

    mutating func add(_ path: String, _ methods: [HTTPRequest.Method]) {
        let segments = Self.segments(of: path)
        if let index = entries.firstIndex(where: { $0.segments == segments }) {
            entries[index].methods += methods
        } else {
            entries.append(Entry(segments: segments, methods: methods))
        }
    }

    /// What may be done there; `nil` when there is no such path.
    func methods(at path: String) -> [HTTPRequest.Method]? {
        let asked = Self.segments(of: path)
        return entries.first { entry in
            entry.segments.count == asked.count
                && zip(entry.segments, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }?.methods
    }

    /// A slash at the end makes no other path.
    private static func segments(of path: String) -> [Substring] { path.split(separator: "/") }
}
