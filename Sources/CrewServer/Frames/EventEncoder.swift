import CrewKit
import NIOCore

/// Writes a run's stored events as they are, each under its sequence, and the pieces of messages
/// between them.
struct EventEncoder: StreamEncoder {
    /// A part of the first block: alone, some clients take it for an event without data.
    static let preamble = ByteBuffer(string: "retry: 1000\n")
    /// Enough to know which messages are under way.
    static let lookBack: Int? = 1_000

    private(set) var lastSequence: Int
    private var openRounds = OpenRounds()
    /// What every event carries of the request that made the run go.
    private let marks: String

    /// - Parameter sequence: the last event that this stream does not show.
    /// - Parameter origin: the request that made the run go last.
    init(after sequence: Int, origin: RunOrigin? = nil) {
        lastSequence = sequence
        marks = Self.marks(of: origin)
    }

    /// An event with what its run's request is found again by.
    static func text(of stored: StoredEvent, _ marks: String) throws -> String {
        try RunJSON.text(of: stored).dropLast() + marks + "}"
    }

    /// Members to put behind those of an event.
    static func marks(of origin: RunOrigin?) -> String {
        let members = [("request_id", origin?.requestID), ("trace_id", origin?.trace?.traceID)]
        return members.reduce(into: "") { text, member in
            guard let value = member.1 else { return }
            text += ",\"\(member.0)\":\(JSONValue.string(value).text)"
        }
    }

    mutating func encode(_ items: [FeedItem]) throws -> ByteBuffer {
        var bytes = ByteBuffer()
        for item in items {
            switch item {
            case .event(let stored): try write(stored, to: &bytes)
            case .delta(let delta): write(delta, to: &bytes)
            }
        }
        return bytes
    }

    /// The last event says how the run rests.
    mutating func end(_ record: RunRecord) -> ByteBuffer { ByteBuffer() }

    /// Not an event of the run: the client comes again and finds what there is then.
    mutating func end(_ failure: CrewError) -> ByteBuffer { comment(failure.code.rawValue) }

    func ping(after sequence: Int) -> ByteBuffer { comment("keep-alive") }

    func goodbye(after sequence: Int) -> ByteBuffer { comment("shutting_down") }

    private func comment(_ text: String) -> ByteBuffer { ByteBuffer(string: ": \(text)\n\n") }

    private mutating func write(_ stored: StoredEvent, to bytes: inout ByteBuffer) throws {
        defer { openRounds.note(stored) }
        guard stored.sequence > lastSequence else { return }
        // Said before the id, so that no client goes on after it without having heard.
        if case .recovered = stored.event {
            for delta in openRounds.abandoned { write(delta, to: &bytes) }
        }
        bytes.writeString("id: \(stored.sequence)\nevent: \(stored.event.name)\ndata: ")
        bytes.writeString(try Self.text(of: stored.shown, marks))
        bytes.writeString("\n\n")
        lastSequence = stored.sequence
    }

    private func write(_ delta: MessageDelta, to bytes: inout ByteBuffer) {
        var members: JSONObject = ["agent": .string(delta.agent.rawValue)]
        members["branch"] = delta.branch.map { .string($0.rawValue) }
        members["round"] = .integer(delta.round)
        members["index"] = .integer(delta.index)
        let type: String
        switch delta.kind {
        case .text(let text):
            type = "token"
            members["text"] = .string(text)
        case .reasoning(let text):
            type = "reasoning"
            members["reasoning"] = .string(text)
        case .soFar(let text, let reasoning):
            type = "message_so_far"
            members["text"] = .string(text)
            members["reasoning"] = .string(reasoning)
        case .abandoned(let code):
            type = "message_abandoned"
            members["code"] = .string(code.rawValue)
        }
        bytes.writeString("event: \(type)\ndata: \(JSONValue.object(members).text)\n\n")
    }
}
