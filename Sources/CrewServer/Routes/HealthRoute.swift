import CrewKit
import Hummingbird

import struct Foundation.Date

/// `/health`: that the server lives, and what it is.
struct HealthRoute: Sendable {
    let crews: ServedCrews
    let options: ServerOptions
    let streams: OpenStreams
    let startedAt: Date

    /// 200 also when the store is degraded: the original's probes would take anything else for a
    /// reason to restart, which mends no disk.
    ///
    /// Who may not see the whole server learns nothing else.
    func respond(to caller: Caller) async -> Response {
        let uptime = options.now().timeIntervalSince(startedAt)
        let first = crews.first
        let store = await first.runner.store.health()
        var document: JSONObject = [
            "status": .string(store.name),
            // The original's name: probes that compare the whole value go on working.
            "service": "go-crewai-streaming",
            "version": .string(options.version),
            "crew": .string(first.runner.name),
            "model": .string(first.modelDescription),
            "scripted": .bool(first.isScripted),
            "uptime_seconds": .integer(max(0, Int(uptime))),
            "active_runs": .integer(crews.activeRuns),
            "queued_runs": .integer(crews.queuedRuns),
            "open_streams": .integer(streams.count),
            "store": .string(store.name),
            "crews": .array(crews.all.map(\.healthJSON)),
        ]
        guard caller.seesWholeServer else {
            return .json([
                "status": document["status"] ?? .null, "service": document["service"] ?? .null,
            ])
        }
        if case .degraded(let problem) = store { document["store_problem"] = .string(problem) }
        return .json(.object(document))
    }
}

extension StoreHealth {
    fileprivate var name: String {
        switch self {
        case .working: "ok"
        case .degraded: "degraded"
        }
    }
}
