import CrewKit
import Hummingbird

/// The crews that are served.
extension V1Routes {
    func crews(_ request: Request, _ context: Routes.Context) async throws -> Response {
        _ = try parameters(of: request)
        return .json(["crews": .array(crews.all.map { $0.json(for: context.caller) })])
    }

    func crew(_ request: Request, _ context: Routes.Context) async throws -> Response {
        _ = try parameters(of: request)
        return .json(try crew(context).json(for: context.caller))
    }

    func createOfCrew(_ request: Request, _ context: Routes.Context) async throws -> Response {
        try await create(request, context, for: try crew(context))
    }

    func listOfCrew(_ request: Request, _ context: Routes.Context) async throws -> Response {
        let asked = try parameters(
            of: request, "status", "session_id", "order", "limit", "cursor", "tenant")
        return try await list(
            asked, of: try crew(context).runner.name, for: try asker(asked, context))
    }

    /// The crew that the path names.
    ///
    /// - Throws: `unknownCrew`.
    private func crew(_ context: Routes.Context) throws(CrewError) -> ServedCrew {
        try crews.crew(named: segment("crew", of: context))
    }
}
