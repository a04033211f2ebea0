import CrewKit

/// What is told of the server itself: its page, its health, this description.
extension Operations {
    static let server: [String: Operation] = [
        "* /health": Operation(
            id: "readHealth", tag: .server, summary: "Tells that the server lives, and what it is.",
            details: "Always 200, as the original's probes expect it: look at `status`.",
            answers: [.json(200, "The state of the server.", Schema.reference("Health"))]),
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
