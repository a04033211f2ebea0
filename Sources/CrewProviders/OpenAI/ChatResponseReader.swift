import CrewKit

/// Reads the body of a successful response, whether it is an event stream or one JSON document.
///
/// The first byte that is no blank decides, not the content type: gateways get that wrong, and no
/// event stream starts with a brace.
struct ChatResponseReader: Sendable {
    typealias Progress = (ModelProgress) -> Void
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private enum Form {
        case undecided
        case events
        case document
    }

    private var form = Form.undecided
    private var decoder = ServerSentEventDecoder()
    private var interpreter: ChatEventInterpreter
    private var document: [UInt8] = []

    init(endpoint: EndpointIdentity) { interpreter = ChatEventInterpreter(endpoint: endpoint) }

    /// `[DONE]` was read: nothing that matters can follow.
    var isDone: Bool { interpreter.isDone }

    /// Whether the reply is whole, even if the stream did not end as it should.
    var isComplete: Bool { interpreter.isComplete }

    mutating func read(_ bytes: Bytes, progress: Progress) throws(CrewError) {
        if form == .undecided { form = Self.form(of: bytes) }
        switch form {
        case .undecided: break
        case .document: document.append(contentsOf: bytes)
        case .events: try Self.read(bytes, &decoder, &interpreter, progress)
        }
    }

    /// The reply, once the body has ended.
    mutating func finish(
        idPrefix: String, names: WireToolNames, progress: Progress
    ) throws(CrewError) -> ModelReply {
        switch form {
        case .undecided: break
        case .document: try readDocument(progress)
        case .events: try Self.readEnd(&decoder, &interpreter, progress)
        }
        if form == .events, decoder.eventCount == 0 {
            try interpreter.fail(.nonsense)
        }
        return try interpreter.finish(idPrefix: idPrefix, names: names, progress)
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
        _ interpreter: inout ChatEventInterpreter, _ progress: Progress
    ) throws(CrewError) {
        try decoder.decode(bytes) { event throws(CrewError) in
            try interpreter.take(event, mayBeCut: false, progress)
        }
    }

    private static func readEnd(
        _ decoder: inout ServerSentEventDecoder, _ interpreter: inout ChatEventInterpreter,
        _ progress: Progress
    ) throws(CrewError) {
        try decoder.finish { event throws(CrewError) in
            try interpreter.take(event, mayBeCut: true, progress)
        }
    }

    /// Reads one completion, one error, or one chunk to a line.
    private mutating func readDocument(_ progress: Progress) throws(CrewError) {
        let text = String(decoding: document, as: UTF8.self)
        if EndpointFailure.isMarkup(text) {
            let page = EndpointFailure(body: document).message
            try interpreter.fail(
                EndpointFailure(message: page, type: EndpointFailure.nonsense.type))
        }
        if let value = try? JSONValue(parsing: text) {  // else it may be one value to a line
            try interpreter.add(value, progress)
            if !interpreter.hasChoice { try interpreter.fail(.nonsense) }
            return
        }
        for line in text.split(whereSeparator: \.isNewline) {
            guard let value = try? JSONValue(parsing: String(line)) else {  // cut or foreign
                return
            }
            try interpreter.add(value, progress)
        }
    }
}
