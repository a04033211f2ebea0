import CrewKit

/// What is told of crews, conversations, and what they spend.
extension Operations {
    static func crews(_ limits: RequestLimits) -> [String: Operation] {
        [
            "GET /v1/crews": Operation(
                id: "listCrews", tag: .crews, summary: "Lists the crews that are served.",
                answers: [
                    .json(
                        200, "The crews.",
                        Schema.object(["crews": Schema.list(Schema.reference("Crew"))]))
                ]),
            "GET /v1/crews/{crew}": Operation(
                id: "readCrew", tag: .crews, summary: "Tells of a crew.", parameters: [.crew],
                answers: [.json(200, "The crew.", Schema.reference("Crew"))],
                refusals: [.unknownCrew]),
            "POST /v1/crews/{crew}/runs": creation(limits, isOfCrew: true),
            "GET /v1/crews/{crew}/runs": Operation(
                id: "listRunsOfCrew", tag: .crews, summary: "Lists the runs of a crew.",
                parameters: [.crew] + Operation.Parameter.runList,
                answers: [.json(200, "A page of runs.", Schema.reference("RunList"))],
                refusals: [.unknownCrew]),
            "GET /v1/sessions/{session}": Operation(
                id: "readSession", tag: .sessions,
                summary: "Tells of a conversation: its runs, and what was said.",
                parameters: [.session],
                answers: [.json(200, "The conversation.", Schema.reference("Session"))],
                refusals: [.unknownSession]),
            "GET /v1/usage": usage,
            "GET /v1/budgets": Operation(
                id: "readBudgets", tag: .spending, summary: "Tells what may be spent, and was.",
                answers: [
                    .json(
                        200, "Every limit.",
                        Schema.object(["budgets": Schema.list(Schema.reference("Budget"))]))
                ]),
        ]
    }

    private static let usage = Operation(
        id: "readUsage", tag: .spending, summary: "Tells what was spent on which days.",
        parameters: [
            .init(
                "by", in: .query, Schema.choice(UsageReport.Grouping.self),
                "Adds up what has the same name."),
            .init("since", in: .query, Schema.dayParameter, "The first day of UTC."),
            .init("until", in: .query, Schema.dayParameter, "The last day of UTC."),
            .init("from", in: .query, Schema.dayParameter, "Another word for `since`."),
            .init("through", in: .query, Schema.dayParameter, "Another word for `until`."),
            .limit(1_000, usually: 200),
        ],
        answers: [.json(200, "What was spent.", Schema.reference("UsageReport"))])
}
