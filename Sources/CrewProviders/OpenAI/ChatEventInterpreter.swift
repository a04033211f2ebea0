import CrewKit

typealias ChatResponseReader = EventReplyReader<ChatEventInterpreter>

extension ChatResponseReader {
    init(endpoint: EndpointIdentity, replaysReasoning: Bool = false) {
        self.init(ChatEventInterpreter(endpoint: endpoint, replaysReasoning: replaysReasoning))
    }
}

/// Gives the events of a chat completions stream their meaning.
struct ChatEventInterpreter: ReplyInterpreter {
    let endpoint: EndpointIdentity
    private let replaysReasoning: Bool
    private var assembler = ChatCompletionAssembler()
    /// `[DONE]` was read: nothing that matters can follow.
    private(set) var isDone = false

    init(endpoint: EndpointIdentity, replaysReasoning: Bool = false) {
        self.endpoint = endpoint
        self.replaysReasoning = replaysReasoning
    }

    var isComplete: Bool { isDone || assembler.isFinished }
    var hasBegun: Bool { assembler.hasChoice }

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

    mutating func reply(
        idPrefix: String, names: WireToolNames, _ progress: Progress
    ) -> ModelReply {
        var reply = assembler.finish(idPrefix: idPrefix, names: names, progress: progress)
        reply.memo = assembler.memo(model: endpoint.model, replaysReasoning: replaysReasoning)
        return reply
    }

    private mutating func meaning(
        ofOdd event: ServerSentEventDecoder.Event, mayBeCut: Bool
    ) throws(CrewError) -> JSONValue? {
        if event.isDoneMark {
            isDone = true
            return nil
        }
        return try value(ofOdd: event, mayBeCut: mayBeCut)
    }
}

extension ServerSentEventDecoder.Event {
    /// Whether it is `[DONE]`, which ends a stream.
    var isDoneMark: Bool { text.split { $0.isWhitespace }.joined(separator: " ") == "[DONE]" }
}

extension ReplyInterpreter {
    /// What an event holds that is not simply JSON; nil when there is nothing to do about it.
    func value(
        ofOdd event: ServerSentEventDecoder.Event, mayBeCut: Bool
    ) throws(CrewError) -> JSONValue? {
        let text = event.text
        if text.allSatisfy(\.isWhitespace) { return nil }
        // Malformed UTF-8 has become U+FFFD in the text, and may be JSON now.
        if let chunk = try? JSONValue(parsing: text) { return chunk }  // else the text is no JSON
        if mayBeCut { return nil }
        if event.type == "error" { try fail(EndpointFailure(message: text)) }
        throw nonsense("a chunk is not JSON")
    }
}
