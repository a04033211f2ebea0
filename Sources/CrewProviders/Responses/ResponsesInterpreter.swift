import CrewKit

/// Gives the events of a responses stream their meaning.
struct ResponsesInterpreter: ReplyInterpreter {
    let endpoint: EndpointIdentity
    private let replaysReasoning: Bool?
    private var assembler = ResponsesAssembler()

    init(endpoint: EndpointIdentity, replaysReasoning: Bool? = nil) {
        self.endpoint = endpoint
        self.replaysReasoning = replaysReasoning
    }

    var isDone: Bool { assembler.isFinished }
    var isComplete: Bool { assembler.isFinished }
    private(set) var hasBegun = false

    mutating func take(
        _ event: ServerSentEventDecoder.Event, mayBeCut: Bool, _ progress: Progress
    ) throws(CrewError) {
        guard !isDone else { return }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: event.data)
        } catch {
            // Some servers end this stream like the other one.
            guard !event.isDoneMark, let other = try self.value(ofOdd: event, mayBeCut: mayBeCut)
            else { return }
            value = other
        }
        try take(value, type: value["type"]?.string ?? event.type, progress)
    }

    /// Takes a whole response, or an event that came without a stream around it.
    mutating func add(_ value: JSONValue, _ progress: Progress) throws(CrewError) {
        if value["object"]?.string == "response", let response = value.object {
            try end(response, progress)
        } else {
            try take(value, type: value["type"]?.string ?? "", progress)
        }
    }

    private mutating func take(
        _ value: JSONValue, type: String, _ progress: Progress
    ) throws(CrewError) {
        switch type {
        case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
            guard let response = value["response"]?.object else {
                throw nonsense("an end without a response")
            }
            try end(response, progress)
        case "error":
            // Flat here, nested as everywhere else there.
            let error = value["error"] ?? .null
            try fail(
                EndpointFailure(reportedBy: ["error": error.isNull ? value : error])
                    ?? .unexplained)
        case _ where type.hasPrefix("response."):
            hasBegun = true
            assembler.add(value, type: type, progress: progress)
        default:
            if let failure = EndpointFailure(reportedBy: value) { try fail(failure) }
        }
    }

    /// Takes the response as it was when the endpoint was done with it.
    private mutating func end(
        _ response: JSONObject, _ progress: Progress
    ) throws(CrewError) {
        hasBegun = true
        if let error = response["error"], !error.isNull {
            try fail(EndpointFailure(reportedBy: ["error": error]) ?? .unexplained)
        }
        switch response["status"]?.string {
        case nil, "completed", "incomplete": assembler.finish(response, progress: progress)
        default: try fail(.unexplained)
        }
    }

    mutating func reply(
        idPrefix: String, names: WireToolNames, _ progress: Progress
    ) -> ModelReply {
        var reply = assembler.reply(idPrefix: idPrefix, names: names)
        reply.memo = ResponsesMemo.memo(
            of: assembler.items, model: endpoint.model, replaysReasoning: replaysReasoning)
        return reply
    }
}
