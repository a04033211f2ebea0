import CrewKit

/// What is told of the server itself: its page, its health, this description.
extension Operations {
    static let server: [String: Operation] = [
        "* /health": Operation(
            id: "readHealth", tag: .server, summary: "Tells that the server lives, and what it is.",
            details:
                "200 whatever is wrong, as the original's probes expect it: look at `status`. Only a "
                + "server that is not serving yet answers with 503.",
            answers: [
                .json(200, "The state of the server.", Schema.reference("Health")),
                .json(503, "It stands by.", Schema.reference("Health"), .retryAfter),
            ]),
        "* /": Operation(
            id: "readPage", tag: .server, summary: "Gives the page on which people talk to a crew.",
            parameters: [
                .init("crew", in: .query, Schema.text, "The id of the crew; else the first one.")
            ],
            answers: [
                Operation.Answer(
                    status: 200, summary: "The page.",
                    contents: [Operation.Content(type: "text/html", schema: Schema.text)])
            ]),
        "GET /openapi.json": Operation(
            id: "readDescription", tag: .server, summary: "Gives this description.",
            answers: [
                .json(200, "An OpenAPI 3.1 document.", Schema.anyObject)
            ]),
    ]
}
