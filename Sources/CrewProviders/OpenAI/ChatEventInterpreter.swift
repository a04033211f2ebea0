import CrewKit

/// Gives the events of a chat completions stream their meaning.
struct ChatEventInterpreter: Sendable {
    typealias Progress = (ModelProgress) -> Void

    let endpoint: EndpointIdentity
    private var assembler = ChatCompletionAssembler()
    /// `[DONE]` was read: nothing that matters can follow.
    private(set) var isDone = false

    init(endpoint: EndpointIdentity) { self.endpoint = endpoint }

    /// Whether the reply is whole, even if the stream did not end as it should.
    var isComplete: Bool { isDone || assembler.isFinished }

    /// Whether the endpoint has answered at all.
    var hasChoice: Bool { assembler.hasChoice }

    /// Takes one event; one that `mayBeCut` counts only when it makes sense.
    mutating func take(
        _ event: ServerSentEventDecoder.Event, mayBeCut: Bool, _ progress: Progress
    ) throws(CrewError) {
        guard !isDone else { return }
        if event.type == "message", assembler.addSimple(event.data, progress: progress) { return }
        let chunk: JSONValue
        do {
            chunk = try JSONValue(parsing: event.data)
        } catch {
            guard let other = try meaning(ofOdd: event, mayBeCut: mayBeCut) else { return }
            chunk = other
        }
        if event.type == "error", chunk["error"] == nil {
            try fail(EndpointFailure(reportedBy: ["error": chunk]) ?? .unexplained)
        }
        try add(chunk, progress)
    }

    mutating func add(_ chunk: JSONValue, _ progress: Progress) throws(CrewError) {
        do {
            try assembler.add(chunk, progress: progress)
        } catch {
            try fail(error)
        }
    }

    /// The reply; throws unless something was said and all of it has arrived.
    mutating func finish(
        idPrefix: String, names: WireToolNames, _ progress: Progress
    ) throws(CrewError) -> ModelReply {
        guard hasChoice || !isComplete else {
            throw EndpointFailure(message: "no choices", type: EndpointFailure.nonsense.type)
                .crewError(status: nil, from: endpoint)
        }
        guard isComplete else { throw cut }
        return assembler.finish(idPrefix: idPrefix, names: names, progress: progress)
    }

    var cut: CrewError {
        CrewError(
            .modelStreamCut, "\(endpoint.host) ended the stream before the reply was complete")
    }

    func fail(_ failure: EndpointFailure) throws(CrewError) {
        throw failure.crewError(status: nil, from: endpoint)
    }

    /// What an event holds that is not simply JSON; nil when there is nothing to do about it.
    private mutating func meaning(
        ofOdd event: ServerSentEventDecoder.Event, mayBeCut: Bool
    ) throws(CrewError) -> JSONValue? {
        let text = event.text
        let word = text.split { $0.isWhitespace }.joined(separator: " ")
        if word == "[DONE]" {
            isDone = true
            return nil
        }
        if word.isEmpty { return nil }
        // Malformed UTF-8 has become U+FFFD in the text, and may be JSON now.
        if let chunk = try? JSONValue(parsing: text) { return chunk }  // else the text is no JSON
        if mayBeCut { return nil }
        if event.type == "error" { try fail(EndpointFailure(message: text)) }
        throw EndpointFailure(message: "a chunk is not JSON", type: EndpointFailure.nonsense.type)
            .crewError(status: nil, from: endpoint)
    }
}
