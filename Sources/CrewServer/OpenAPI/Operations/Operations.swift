import CrewKit

/// What the document tells of each endpoint, by its method and path.
///
/// An endpoint that is not here fails a test: whoever adds a route describes it.
enum Operations {
    static func all(_ limits: RequestLimits) -> [String: Operation] {
        [runs(limits), crews(limits), stream(limits), server, observation].reduce(into: [:]) {
            $0.merge($1) { first, _ in first }
        }
    }
}
