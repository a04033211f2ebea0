import CrewKit

/// What is told of probes, figures and past requests.
extension Operations {
    static let observation: [String: Operation] = [
        "GET /live": Operation(
            id: "readLife", tag: .server, summary: "Tells that the process answers.",
            details: "For whoever starts it again when it does not.",
            answers: [.json(200, "It does.", Schema.reference("Life"))]),
        "GET /ready": Operation(
            id: "readReadiness", tag: .server,
            summary: "Tells whether requests should be sent here.",
            answers: [
                .json(200, "They should.", Schema.reference("Readiness")),
                .json(
                    503, "Not now: it starts, stands by, ends, or cannot store runs.",
                    Schema.reference("Readiness"), .retryAfter),
            ]),
        "GET /metrics": Operation(
            id: "readMetrics", tag: .server, summary: "Gives the figures of the server.",
            parameters: [
                .init(
                    "format", in: .query, Schema.choice(["prometheus", "json"]),
                    "As Prometheus reads them, or the original's document.")
            ],
            answers: [
                Operation.Answer(
                    status: 200, summary: "The figures.",
                    contents: [
                        Operation.Content(type: "text/plain", schema: Schema.text),
                        Operation.Content(
                            type: "application/openmetrics-text", schema: Schema.text),
                        Operation.Content(type: "application/json", schema: Schema.anyObject),
                    ])
            ]),
        "GET /v1/requests": requestList("listRequests"),
        "GET /v1/requests/stats": requestStats("readRequestStats"),
        "GET /v1/requests/{request}": pastRequest("readRequest"),
        "GET /api/requests": requestList("listRequestsOfOriginal"),
        "GET /api/requests/stats": requestStats("readRequestStatsOfOriginal"),
        "GET /api/requests/{request}": pastRequest("readRequestOfOriginal"),
    ]

    private static func requestList(_ id: String) -> Operation {
        Operation(
            id: id, tag: .requests, summary: "Lists the last requests that made runs go.",
            parameters: [
                .limit(1_000, usually: 10),
                .init(
                    "status", in: .query, Schema.choice(RecentRequest.Status.self),
                    "Only those that stand so."),
                .init("crew", in: .query, Schema.text, "Only those of this crew: id or name."),
            ], answers: [.json(200, "Requests, newest first.", Schema.reference("RequestList"))])
    }

    private static func requestStats(_ id: String) -> Operation {
        Operation(
            id: id, tag: .requests, summary: "Counts the last requests.",
            answers: [.json(200, "The counts.", Schema.reference("RequestStats"))])
    }

    private static func pastRequest(_ id: String) -> Operation {
        Operation(
            id: id, tag: .requests, summary: "Tells of a request that is still kept.",
            parameters: [
                .init(
                    "request", in: .path, ["type": "string", "minLength": 1],
                    "The id that the request had: its `X-Request-ID`.")
            ],
            answers: [.json(200, "The request.", Schema.reference("PastRequest"))],
            refusals: [.notFound])
    }
}
