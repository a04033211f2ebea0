import CrewKit

extension Schemas {
    static let server: Named = [
        "Problem": Schema.object([
            "type": Schema.text, "title": Schema.text,
            "status": Schema.integer(400...599),
            "detail": Schema.described(Schema.text, "For people; never to be parsed."),
            "code": Schema.described(Schema.text, "What went wrong; see docs/errors.md."),
        ]),
        "Health": Schema.object(
            [
                "status": Schema.words(["ok", "degraded"]),
                "service": ["const": "go-crewai-streaming"], "version": Schema.text,
                "crew": Schema.text, "model": Schema.text, "scripted": Schema.flag,
                "uptime_seconds": Schema.count, "active_runs": Schema.count,
                "queued_runs": Schema.count, "open_streams": Schema.count,
                "store": Schema.words(["ok", "degraded"]),
                "crews": Schema.list(Schema.reference("ServedCrew")),
            ], optional: ["store_problem": Schema.text]),
    ]
}
