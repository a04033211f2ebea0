import CrewKit
import HTTPTypes
import Hummingbird

import struct Foundation.Date

/// `/health`, `/live` and `/ready`: how the server does, for people, for whoever starts it again,
/// and for whoever sends it requests.
struct HealthRoute: Sendable {
    /// Absent while the server stands by.
    let crews: ServedCrews?
    let options: ServerOptions
    let streams: OpenStreams
    /// Absent while the server stands by: it has nothing to look at.
    let watch: DependencyWatch?
    let startedAt: Date

    /// What is answered in every phase, and counts for no limit.
    static let paths: Set<String> = ["/health", "/live", "/ready"]

    /// 200 also when the store is degraded: the original's probes would take anything else for a
    /// reason to restart, which mends no disk.
    func health(_ caller: Caller) async -> Response {
        guard let crews, let watch else {
            return .json(
                ["status": .string(options.life.phase.rawValue), "service": Self.service],
                .serviceUnavailable, Self.comeAgain)
        }
        let isTold = caller.seesWholeServer
        let states = isTold ? await watch.states() : [await watch.storeState()]
        let store = states[0]
        var document: JSONObject = [
            "status": store.condition == .down ? "degraded" : "ok", "service": Self.service,
        ]
        guard isTold else { return .json(.object(document)) }
        let first = crews.first
        document["version"] = .string(options.version)
        document["crew"] = .string(first.runner.name)
        document["model"] = .string(first.modelDescription)
        document["scripted"] = .bool(first.isScripted)
        document["uptime_seconds"] = .integer(
            max(0, Int(options.now().timeIntervalSince(startedAt))))
        document["phase"] = .string(options.life.phase.rawValue)
        document["active_runs"] = .integer(crews.activeRuns)
        document["queued_runs"] = .integer(crews.queuedRuns)
        document["waiting_runs"] = .integer(options.admission.waiting)
        document["open_streams"] = .integer(streams.count)
        document["open_connections"] = .integer(options.counts.openConnections)
        document["store"] = document["status"]
        document["store_problem"] = store.problem.map { .string($0) }
        document["dependencies"] = .array(states.map(\.json))
        document["crews"] = .array(crews.all.map(\.healthJSON))
        return .json(.object(document))
    }

    /// That the process answers: whatever else is wrong, starting it again would not mend it.
    func live() -> Response { .json(["status": "ok"]) }

    /// Whether requests should be sent here.
    ///
    /// A model's endpoint or a tool that is away does not count: other servers ask the same ones, and
    /// what needs none of them, such as reading runs, goes on.
    func ready(_ caller: Caller) async -> Response {
        let phase = options.life.phase
        guard let watch, phase == .serving else {
            return .json(
                ["status": .string(phase.rawValue)], .serviceUnavailable, Self.comeAgain)
        }
        let isTold = caller.seesWholeServer
        let states = isTold ? await watch.states() : [await watch.storeState()]
        let isDown = states[0].condition == .down
        var document: JSONObject = ["status": isDown ? "store_down" : "ready"]
        if isTold { document["dependencies"] = .array(states.map(\.json)) }
        return .json(
            .object(document), isDown ? .serviceUnavailable : .ok,
            isDown ? Self.comeAgain : [:])
    }

    /// The original's name: probes that compare the whole value go on working.
    private static let service: JSONValue = "go-crewai-streaming"
    private static let comeAgain: HTTPFields = [.retryAfter: "1"]
}

extension HealthRoute {
    /// HEAD is answered like GET, and every other method at `/health` as the original does.
    func endpoints(_ methods: [HTTPRequest.Method]) -> [Endpoint] {
        let health = methods.map { method in
            Endpoint(method, "/health", nil) { request, context in
                await self.health(context.caller).withoutBody(if: request.method == .head)
            }
        }
        return health
            + [HTTPRequest.Method.get, .head].flatMap { method in
                [
                    Endpoint(method, "/live", nil) { request, _ in
                        live().withoutBody(if: request.method == .head)
                    },
                    Endpoint(method, "/ready", nil) { request, context in
                        await ready(context.caller).withoutBody(if: request.method == .head)
                    },
                ]
            }
    }
}
