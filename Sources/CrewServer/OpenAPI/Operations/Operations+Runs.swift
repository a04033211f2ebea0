import CrewKit

/// What is told of `/v1/runs` and what lies beneath it.
extension Operations {
    static func runs(_ limits: RequestLimits) -> [String: Operation] {
        [
            "POST /v1/runs": creation(limits, isOfCrew: false),
            "GET /v1/runs": Operation(
                id: "listRuns", tag: .runs, summary: "Lists runs, newest first.",
                parameters: [
                    .init("crew", in: .query, Schema.text, "Only runs of this crew: id or name.")
                ] + Operation.Parameter.runList,
                answers: [.json(200, "A page of runs.", Schema.reference("RunList"))]),
            "GET /v1/runs/{run}": Operation(
                id: "readRun", tag: .runs, summary: "Tells of a run, with its result at rest.",
                parameters: [.run, .ifNoneMatch],
                answers: [
                    .run(200, "The run."), .nothing(304, "It has not changed.", .eTag),
                ], refusals: [.unknownRun]),
            "DELETE /v1/runs/{run}": Operation(
                id: "deleteRun", tag: .runs, summary: "Deletes a run at rest.",
                parameters: [.run, .ifMatch], answers: [.nothing(204, "It is no more.")],
                refusals: [.unknownRun, .conflict, .foreignCrew, .preconditionFailed]),
            "GET /v1/runs/{run}/events": events,
            "POST /v1/runs/{run}/cancel": change(
                "cancelRun", "Ends a run; one that is over stays as it is.",
                Schema.strict(optional: ["depth": Schema.words(StopDepth.self)]),
                isRequired: false, [.conflict]),
            "POST /v1/runs/{run}/resume": change(
                "resumeRun", "Answers a run that waits, or lets a stopped one go on.",
                Schema.strict(optional: ["input": input]), isRequired: false,
                goingOn),
            "POST /v1/runs/{run}/approvals/{approval}": decision,
            "POST /v1/runs/{run}/fork": fork,
            "GET /v1/runs/{run}/artifacts": Operation(
                id: "listArtifacts", tag: .runs, summary: "Lists what the run's tools made.",
                parameters: [.run],
                answers: [.json(200, "The artifacts.", Schema.reference("ArtifactList"))],
                refusals: [.unknownRun]),
            "GET /v1/runs/{run}/artifacts/{name}": artifact,
        ]
    }

    static func creation(_ limits: RequestLimits, isOfCrew: Bool) -> Operation {
        let history = Schema.list(
            Schema.reference("HistoryMessage"), atMost: limits.maxHistoryMessages)
        return Operation(
            id: isOfCrew ? "startRunOfCrew" : "startRun", tag: .runs,
            summary: isOfCrew ? "Works an input with one crew." : "Works an input.",
            details: "The answer comes at once, or with `Prefer: wait` when the run is at rest.",
            parameters: (isOfCrew ? [.crew] : []) + [.idempotencyKey, .prefer],
            body: Operation.Body(
                schema: Schema.strict(
                    ["input": input],
                    optional: [
                        "session_id": Schema.id, "crew": Schema.text, "agent": Schema.text,
                        "history": history, "model": Schema.text,
                        "if_busy": Schema.words(RunRequest.BusyPolicy.self),
                    ]), examples: [["input": "Máy chậm lắm"]]),
            answers: [
                .run(200, "The run is at rest.", .location, .preferenceApplied),
                .run(202, "The run is accepted.", .location),
            ],
            refusals: [
                .unknownAgent, .unknownCrew, .sessionBusy, .foreignSession, .idempotencyConflict,
                .tooManyRuns, .crewRetired, .conflict,
            ])
    }

    /// What is said: not only blanks, and no control characters.
    static let input: JSONValue = [
        "type": "string", "minLength": 1,
        "description":
            "What a person says: not only blanks, no control characters but line ends and tabs.",
    ]

    private static let goingOn: [CrewError.Code] = [
        .runNotPaused, .definitionChanged, .conflict, .sessionBusy, .tooManyRuns, .crewRetired,
    ]

    private static let events = Operation(
        id: "readEvents", tag: .runs, summary: "Lists or streams what happened in a run.",
        details: """
            With `Accept: text/event-stream` they come as Server-Sent Events, each under its \
            sequence, with the pieces of messages between them, until the run is at rest. 204 says \
            that there is nothing new and that nothing will come.
            """,
        parameters: [.run, .after, .limit(1_000, usually: 1_000), .onDisconnect, .lastEventID],
        answers: [
            Operation.Answer(
                status: 200, summary: "A page of events, or their stream.",
                contents: [
                    Operation.Content(
                        type: "application/json", schema: Schema.reference("EventList")),
                    .stream("StreamedEvent"),
                ]),
            .nothing(204, "The run is at rest, and there is nothing new to stream."),
        ], refusals: [.unknownRun, .tooManyRuns])

    private static func change(
        _ id: String, _ summary: String, _ schema: JSONValue, isRequired: Bool,
        _ refusals: [CrewError.Code]
    ) -> Operation {
        Operation(
            id: id, tag: .runs, summary: summary, parameters: [.run, .ifMatch],
            body: Operation.Body(schema: schema, isRequired: isRequired),
            answers: [.run(202, "The run as it is now.")],
            refusals: [.unknownRun, .foreignCrew, .preconditionFailed] + refusals)
    }

    private static let decision: Operation = {
        var operation = change(
            "decideApproval", "Decides about a call that waits for a person.",
            Schema.strict(
                ["decision": Schema.words(ApprovalDecision.self)],
                optional: ["reason": Schema.text, "arguments": Schema.anyObject]),
            isRequired: true, [.unknownApproval, .alreadyDecided] + goingOn)
        operation.details = "The call is made with `arguments` in place of the model's own."
        operation.parameters.insert(.approval, at: 1)
        return operation
    }()

    private static let fork: Operation = {
        var operation = change(
            "forkRun", "Begins a new run with a copy of what happened so far.",
            Schema.strict(
                optional: [
                    "step": Schema.integer(1...Int.max), "input": input, "model": Schema.text,
                ]), isRequired: false, goingOn)
        operation.answers = [.run(202, "The new run.", .location)]
        return operation
    }()

    private static let artifact = Operation(
        id: "readArtifact", tag: .runs, summary: "Gives the bytes of an artifact, as a download.",
        parameters: [.run, .artifact],
        answers: [
            Operation.Answer(
                status: 200, summary: "The bytes, of the type under which they are kept.",
                contents: [Operation.Content(type: "*/*", schema: Schema.anything)],
                headers: [.contentDisposition])
        ], refusals: [.unknownRun, .unknownArtifact])
}
