import CrewKit

extension Schemas {
    static let server: Named = [
        "Problem": Schema.object(
            [
                "type": Schema.text, "title": Schema.text,
                "status": Schema.integer(400...599),
                "detail": Schema.described(Schema.text, "For people; never to be parsed."),
                "code": Schema.described(Schema.text, "What went wrong; see docs/errors.md."),
            ], optional: ["request_id": Schema.text]),
        "Health": Schema.described(
            Schema.object(
                ["status": health, "service": ["const": "go-crewai-streaming"]],
                optional: [
                    "version": Schema.text, "crew": Schema.text, "model": Schema.text,
                    "scripted": Schema.flag, "uptime_seconds": Schema.count, "phase": phase,
                    "active_runs": Schema.count, "queued_runs": Schema.count,
                    "waiting_runs": Schema.count, "open_streams": Schema.count,
                    "open_connections": Schema.count, "store": health,
                    "store_problem": Schema.text,
                    "dependencies": Schema.list(Schema.reference("Dependency")),
                    "crews": Schema.list(Schema.reference("ServedCrew")),
                ]), "Where keys are asked for, all but the first two needs the scope `metrics`."),
        "Life": Schema.object(["status": ["const": "ok"]]),
        "Readiness": Schema.object(
            ["status": Schema.words(["ready", "store_down"] + phases)],
            optional: ["dependencies": Schema.list(Schema.reference("Dependency"))]),
        "Dependency": Schema.object(
            [
                "kind": Schema.words(DependencyState.Kind.self), "name": Schema.text,
                "condition": Schema.words(["working", "degraded", "down"]),
            ],
            optional: [
                "problem": Schema.text,
                "figures": ["type": "object", "additionalProperties": ["type": "number"]],
            ]),
        "RequestList": Schema.object([
            "requests": Schema.list(Schema.reference("PastRequest"), atMost: 1_000)
        ]),
        "PastRequest": Schema.object(
            [
                "id": Schema.text, "method": Schema.text, "route": Schema.text,
                "crew": Schema.orNull(Schema.text), "run_id": Schema.orNull(Schema.text),
                "key": Schema.orNull(Schema.text), "tenant": Schema.orNull(Schema.text),
                "status": request, "http_status": Schema.orNull(Schema.integer(100...599)),
                "outcome": Schema.orNull(Schema.text), "error_code": Schema.orNull(Schema.text),
                "start_time": Schema.time, "end_time": Schema.orNull(Schema.time),
                "duration_ms": Schema.orNull(Schema.count), "agent_calls": Schema.count,
                "tool_calls": Schema.count, "round_count": Schema.count,
                "event_count": Schema.count,
            ], optional: ["trace_id": Schema.text]),
        "RequestStats": Schema.object([
            "total_requests": Schema.count, "max_size": Schema.count,
            "requests": Schema.object([
                "success": Schema.count, "error": Schema.count, "timeout": Schema.count,
                "pending": Schema.count,
            ]),
            "total_agent_calls": Schema.count, "total_tool_calls": Schema.count,
        ]),
    ]

    private static let phases = ["standby", "serving", "draining"]
    private static let phase = Schema.words(phases)
    private static let health = Schema.words(["ok", "degraded"] + phases)
    private static let request = Schema.words(RecentRequest.Status.self)
}
