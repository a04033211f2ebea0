import CrewKit

/// Gives the events of a wire's stream their meaning, and makes a reply of them.
protocol ReplyInterpreter: Sendable {
    typealias Progress = (ModelProgress) -> Void

    var endpoint: EndpointIdentity { get }
    /// Nothing that matters can follow.
    var isDone: Bool { get }
    /// Whether the reply is whole, even if the stream did not end as it should.
    var isComplete: Bool { get }
    /// Whether the endpoint has answered at all.
    var hasBegun: Bool { get }

    /// Takes one event; one that `mayBeCut` counts only when it makes sense.
    mutating func take(
        _ event: ServerSentEventDecoder.Event, mayBeCut: Bool, _ progress: Progress
    ) throws(CrewError)

    /// Takes a value that came without an event around it, such as a whole reply.
    mutating func add(_ value: JSONValue, _ progress: Progress) throws(CrewError)

    /// The reply, passing on what was still held back.
    mutating func reply(
        idPrefix: String, names: WireToolNames, _ progress: Progress
    ) -> ModelReply
}

extension ReplyInterpreter {
    func fail(_ failure: EndpointFailure) throws(CrewError) {
        throw failure.crewError(status: nil, from: endpoint)
    }

    func nonsense(_ message: String) -> CrewError {
        EndpointFailure(message: message, type: EndpointFailure.nonsense.type)
            .crewError(status: nil, from: endpoint)
    }

    /// Throws unless something was said and all of it has arrived.
    func checkWhole() throws(CrewError) {
        guard hasBegun || !isComplete else { throw nonsense("no choices") }
        guard isComplete else {
            throw CrewError(
                .modelStreamCut, "\(endpoint.host) ended the stream before the reply was complete")
        }
    }
}

/// Reads the body of a successful response, whether it is an event stream or one JSON document.
///
/// The first byte that is no blank decides, not the content type: gateways get that wrong, and no
/// event stream starts with a brace.
struct EventReplyReader<Interpreter: ReplyInterpreter>: ReplyReader, Sendable {
    typealias Progress = (ModelProgress) -> Void
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private enum Form {
        case undecided
        case events
        case document
    }

    private var form = Form.undecided
    private var decoder = ServerSentEventDecoder()
    private var interpreter: Interpreter
    private var document: [UInt8] = []

    init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    var isDone: Bool { interpreter.isDone }
    var isComplete: Bool { interpreter.isComplete }

    mutating func read(_ bytes: Bytes, progress: Progress) throws(CrewError) {
        if form == .undecided { form = Self.form(of: bytes) }
        switch form {
        case .undecided: break
        case .document: document.append(contentsOf: bytes)
        case .events: try Self.read(bytes, &decoder, &interpreter, progress)
        }
    }

    mutating func end(progress: Progress) throws(CrewError) {
        switch form {
        case .undecided: break
        case .document: try readDocument(progress)
        case .events: try Self.readEnd(&decoder, &interpreter, progress)
        }
        if form == .events, decoder.eventCount == 0 {
            try interpreter.fail(.nonsense)
        }
        try interpreter.checkWhole()
    }

    /// The reply, once the body has ended.
    mutating func reply(
        idPrefix: String, names: WireToolNames, progress: Progress
    ) -> ModelReply {
        interpreter.reply(idPrefix: idPrefix, names: names, progress)
    }

    /// Both at once.
    mutating func finish(
        idPrefix: String, names: WireToolNames, progress: Progress
    ) throws(CrewError) -> ModelReply {
        try end(progress: progress)
        return reply(idPrefix: idPrefix, names: names, progress: progress)
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
        _ interpreter: inout Interpreter, _ progress: Progress
    ) throws(CrewError) {
        try decoder.decode(bytes) { event throws(CrewError) in
            try interpreter.take(event, mayBeCut: false, progress)
        }
    }

    private static func readEnd(
        _ decoder: inout ServerSentEventDecoder, _ interpreter: inout Interpreter,
        _ progress: Progress
    ) throws(CrewError) {
        try decoder.finish { event throws(CrewError) in
            try interpreter.take(event, mayBeCut: true, progress)
        }
    }

    /// Reads one reply, one error, or one value to a line.
    private mutating func readDocument(_ progress: Progress) throws(CrewError) {
        let text = String(decoding: document, as: UTF8.self)
        if EndpointFailure.isMarkup(text) {
            throw interpreter.nonsense(EndpointFailure(body: document).message)
        }
        if let value = try? JSONValue(parsing: text) {  // else it may be one value to a line
            try interpreter.add(value, progress)
            if !interpreter.hasBegun { try interpreter.fail(.nonsense) }
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
