import CrewKit

/// What is told of `/api/crew/stream`, the original's event stream.
extension Operations {
    static func stream(_ limits: RequestLimits) -> [String: Operation] {
        let body = Operation.Body(
            schema: Schema.described(
                Schema.object(
                    [:],
                    optional: [
                        "query": Schema.orNull(input),
                        "history": Schema.orNull(
                            Schema.list(
                                Schema.reference("HistoryMessage"),
                                atMost: limits.maxHistoryMessages)),
                        "session_id": Schema.orNull(Schema.text),
                        "resume_agent": Schema.orNull(Schema.text),
                        "crew": Schema.orNull(Schema.text),
                        "on_disconnect": Schema.orNull(Schema.text),
                    ]), "`query` is needed unless the URL has `q` or `run_id`."),
            isRequired: false, examples: [["query": "Máy chậm lắm"]])
        var post = operation("streamByPost")
        post.body = body
        return ["GET /api/crew/stream": operation("streamByGet"), "POST /api/crew/stream": post]
    }

    private static func operation(_ id: String) -> Operation {
        Operation(
            id: id, tag: .stream, summary: "Works an input and streams what happens.",
            details: """
                With `run_id` it goes on with a run and takes no input. A request with \
                `Last-Event-ID` and no `run_id` goes on with the newest run of its `session_id` and \
                starts none. 204 says that there is nothing new and that nothing will come.
                """,
            parameters: [
                .init("q", in: .query, Schema.text, "What is said, or a JSON object like a body."),
                .init("run_id", in: .query, Schema.idParameter, "The run to go on with."), .after,
                .init("session_id", in: .query, Schema.idParameter, "The conversation."),
                .init("resume_agent", in: .query, Schema.text, "The agent to begin with."),
                .init("crew", in: .query, Schema.text, "The id or name of the crew."),
                .onDisconnect, .lastEventID,
            ],
            answers: [
                .stream("Frames, ended by one `done` or `error`.", "Frame"),
                .nothing(204, "The run is at rest, and there is nothing new."),
            ],
            refusals: [
                .unknownAgent, .unknownCrew, .unknownRun, .sessionBusy, .foreignSession, .conflict,
                .runNotPaused, .definitionChanged, .tooManyRuns, .crewRetired,
            ])
    }
}
