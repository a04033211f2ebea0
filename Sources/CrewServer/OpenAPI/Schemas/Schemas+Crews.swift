import CrewKit

extension Schemas {
    static let crews: Named = [
        "Crew": Schema.object(
            [
                "id": Schema.text, "name": Schema.text, "description": Schema.text,
                "version": Schema.text, "digest": Schema.orNull(Schema.text),
                "entry_point": Schema.text,
                "agents": Schema.list(
                    Schema.object(["id": Schema.text, "name": Schema.text])),
                "model": Schema.text, "scripted": Schema.flag, "loaded_at": Schema.time,
                "state": state,
            ],
            optional: [
                "active_runs": Schema.count, "queued_runs": Schema.count,
                "reload_problem": Schema.reference("ReloadProblem"),
            ]),
        "ReloadProblem": Schema.object(["message": Schema.text, "time": Schema.time]),
        "ServedCrew": Schema.object(
            [
                "id": Schema.text, "name": Schema.text, "model": Schema.text,
                "scripted": Schema.flag, "digest": Schema.orNull(Schema.text), "state": state,
            ], optional: ["reload_problem": Schema.reference("ReloadProblem")]),
    ]

    private static let state = Schema.words(["current", "loading", "outdated"])

    static let spending: Named = [
        "UsageReport": Schema.object(
            [
                "since": Schema.day, "until": Schema.day,
                "usage": Schema.list(Schema.reference("UsageRow"), atMost: 1_000),
                "more": Schema.flag,
            ], optional: ["by": Schema.words(UsageReport.Grouping.self)]),
        "UsageRow": Schema.object(
            ["model_calls": Schema.count, "usage": Schema.reference("Usage")],
            optional: [
                "day": Schema.day, "crew": Schema.text, "agent": Schema.text, "model": Schema.text,
                "run": Schema.text, "session": Schema.text, "cost": Schema.number,
                "cost_complete": Schema.flag,
            ]),
        "Budget": Schema.object(
            [
                "crew": Schema.text, "per": Schema.words(BudgetScope.self),
                "measure": Schema.words(BudgetMeasure.self), "amount": Schema.count,
                "mode": Schema.words(BudgetMode.self),
            ],
            optional: [
                "within": Schema.words(BudgetWindow.self), "agent": Schema.text,
                "spent": Schema.count, "left": Schema.count, "resets_at": Schema.time,
            ]),
    ]
}
