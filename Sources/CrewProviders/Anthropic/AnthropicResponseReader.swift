import CrewKit

/// Reads the body of a successful response, whether it is an event stream or one message.
struct AnthropicResponseReader: ReplyReader, Sendable {
    typealias Bytes = UnsafeBufferPointer<UInt8>
    typealias Progress = (ModelProgress) -> Void

    private enum Form {
        case undecided
        case events
        case document
    }

    let endpoint: EndpointIdentity
    private(set) var assembler: AnthropicMessageAssembler
    private var form = Form.undecided
    private var decoder = ServerSentEventDecoder()
    private var document: [UInt8] = []

    init(endpoint: EndpointIdentity, assembler: AnthropicMessageAssembler) {
        self.endpoint = endpoint
        self.assembler = assembler
    }

    var isDone: Bool { assembler.isStopped }
    var isComplete: Bool { assembler.isComplete }

    mutating func read(_ bytes: Bytes, progress: Progress) throws(CrewError) {
        if form == .undecided { form = Self.form(of: bytes) }
        switch form {
        case .undecided: break
        case .document: document.append(contentsOf: bytes)
        case .events: try Self.read(bytes, &decoder, &assembler, endpoint, progress)
        }
    }

    mutating func end(progress: Progress) throws(CrewError) {
        switch form {
        case .undecided: break
        case .document: try readDocument(progress)
        case .events:
            try Self.readEnd(&decoder, &assembler, endpoint, progress)
            if decoder.eventCount == 0 { throw Self.nonsense("", endpoint) }
        }
        guard assembler.isComplete else {
            throw CrewError(
                .modelStreamCut,
                "\(endpoint.host) ended the stream before the message was complete")
        }
        guard assembler.hasBegun else { throw Self.nonsense("no message", endpoint) }
    }

    private static func form(of bytes: Bytes) -> Form {
        switch bytes.first(where: { $0 > 0x20 }) {
        case nil: .undecided
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "<"), UInt8(ascii: "\""): .document
        default: .events
        }
    }

    // The two take their parts one by one: a closure over `self` could not change both.

    private static func read(
        _ bytes: Bytes, _ decoder: inout ServerSentEventDecoder,
        _ assembler: inout AnthropicMessageAssembler, _ endpoint: EndpointIdentity,
        _ progress: Progress
    ) throws(CrewError) {
        try decoder.decode(bytes) { event throws(CrewError) in
            try take(event, mayBeCut: false, &assembler, endpoint, progress)
        }
    }

    private static func readEnd(
        _ decoder: inout ServerSentEventDecoder, _ assembler: inout AnthropicMessageAssembler,
        _ endpoint: EndpointIdentity, _ progress: Progress
    ) throws(CrewError) {
        try decoder.finish { event throws(CrewError) in
            try take(event, mayBeCut: true, &assembler, endpoint, progress)
        }
    }

    private static func take(
        _ event: ServerSentEventDecoder.Event, mayBeCut: Bool,
        _ assembler: inout AnthropicMessageAssembler, _ endpoint: EndpointIdentity,
        _ progress: Progress
    ) throws(CrewError) {
        guard !assembler.isStopped else { return }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: event.data)
        } catch {
            let text = event.text
            let word = text.filter { !$0.isWhitespace }
            // Some gateways add the end mark of another protocol.
            if mayBeCut || word.isEmpty || word == "[DONE]" { return }
            // Malformed UTF-8 has become U+FFFD in the text, and may be JSON now.
            guard let mended = try? JSONValue(parsing: text) else {  // else the text is no JSON
                if event.type == "error" { throw failure(EndpointFailure(message: text), endpoint) }
                throw nonsense("an event is not JSON", endpoint)
            }
            value = mended
        }
        try take(value, isError: event.type == "error", &assembler, endpoint, progress)
    }

    private static func take(
        _ value: JSONValue, isError: Bool, _ assembler: inout AnthropicMessageAssembler,
        _ endpoint: EndpointIdentity, _ progress: Progress
    ) throws(CrewError) {
        guard let members = value.object else { throw nonsense("", endpoint) }
        if isError || members["type"] == "error" || members["error"]?.isNull == false {
            throw failure(
                EndpointFailure(reportedBy: value)
                    ?? EndpointFailure(message: value["message"]?.string ?? ""), endpoint)
        }
        assembler.add(members, progress: progress)
    }

    private mutating func readDocument(_ progress: Progress) throws(CrewError) {
        let text = String(decoding: document, as: UTF8.self)
        guard let value = try? JSONValue(parsing: text) else {  // no JSON: a page, or cut
            let page = EndpointFailure(body: document).message
            throw EndpointFailure.isMarkup(text)
                ? Self.nonsense(page, endpoint)
                : CrewError(
                    .modelStreamCut, "\(endpoint.host) ended its answer before it was complete")
        }
        try Self.take(value, isError: false, &assembler, endpoint, progress)
        if !assembler.hasBegun {
            throw Self.nonsense(EndpointFailure(reportedBy: value)?.message ?? "", endpoint)
        }
    }

    private static func failure(
        _ failure: EndpointFailure, _ endpoint: EndpointIdentity
    ) -> CrewError {
        AnthropicRefusal(failure).crewError(status: nil, from: endpoint)
    }

    private static func nonsense(_ text: String, _ endpoint: EndpointIdentity) -> CrewError {
        failure(EndpointFailure(message: text, type: EndpointFailure.nonsense.type), endpoint)
    }
}
