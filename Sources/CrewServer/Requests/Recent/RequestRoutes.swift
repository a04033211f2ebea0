import CrewKit
import Hummingbird

/// `/v1/requests`: which requests there were lately, and what became of them.
struct RequestRoutes: Sendable {
    let requests: RecentRequests
    let crews: ServedCrews

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/v1/requests", .read) { try list($0, $1) },
            Endpoint(.get, "/v1/requests/stats", .read) { try stats($0, $1) },
            Endpoint(.get, "/v1/requests/{request}", .read) { try show($0, $1) },
            // The original's paths.
            Endpoint(.get, "/api/requests", .read) { try list($0, $1) },
            Endpoint(.get, "/api/requests/stats", .read) { try stats($0, $1) },
            Endpoint(.get, "/api/requests/{request}", .read) { try show($0, $1) },
        ]
    }

    private func list(_ request: Request, _ context: Routes.Context) throws(CrewError) -> Response {
        let asked = try StrictMembers(
            QueryString(request.uri.query), names: ["limit", "status", "crew"])
        let limit = try asked.number("limit", in: 1...RecentRequests.capacity) ?? 10
        let status: RecentRequest.Status? = try asked.choice("status")
        let word = try asked.text("crew")
        let crew = word.flatMap { word in crews.all.first { $0.id == word } }?.runner.name ?? word
        let found = requests.list(for: context.caller.tenants).filter {
            (status == nil || $0.status == status) && (crew == nil || $0.crew == crew)
        }
        return .json(["requests": .array(found.prefix(limit).map(\.json))])
    }

    private func show(_ request: Request, _ context: Routes.Context) throws(CrewError) -> Response {
        _ = try StrictMembers(QueryString(request.uri.query))
        let id = context.parameters.get("request").flatMap {
            PercentEncoding.decode($0[...].utf8[...])
        }
        let all = requests.list(for: context.caller.tenants)
        guard let id, let found = all.first(where: { $0.id == id }) else {
            throw CrewError(.notFound, "there is no such request, or it is no longer kept")
        }
        return .json(found.json)
    }

    private func stats(_ request: Request, _ context: Routes.Context) throws(CrewError) -> Response
    {
        _ = try StrictMembers(QueryString(request.uri.query))
        let all = requests.list(for: context.caller.tenants)
        let counts = RecentRequest.Status.allCases.map { status in
            (status.rawValue, JSONValue.integer(all.count { $0.status == status }))
        }
        return .json([
            "total_requests": .integer(all.count),
            "max_size": .integer(RecentRequests.capacity),
            "requests": .object(JSONObject(counts)),
            "total_agent_calls": .integer(all.reduce(0) { $0 + $1.agentCalls }),
            "total_tool_calls": .integer(all.reduce(0) { $0 + $1.toolCalls }),
        ])
    }
}
