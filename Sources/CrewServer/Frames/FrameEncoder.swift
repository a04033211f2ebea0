import CrewKit
import NIOCore

import struct Foundation.Date

/// Turns what a run's readers see into the frames of the original's event stream.
///
/// Texts are the original's where it has the event; programs read `metadata`. One stored event may
/// give several frames or none; only its last frame carries its sequence, so that a client that
/// goes on from the last id it saw misses nothing.
struct FrameEncoder: StreamEncoder {
    static let system = "system"
    static let preamble = ByteBuffer(string: "retry: 2000\n")
    /// The sums of the last frame begin at the person's last input, wherever that was.
    static let lookBack: Int? = nil

    let facts: StreamFacts
    /// Stamps what has no time of its own.
    let now: @Sendable () -> Date
    private(set) var lastSequence: Int
    /// True for the stream of an answer to a paused run, until it has shown that the run goes on.
    private var isAnswering: Bool
    /// The run came to rest with this event. Whether the stream ends with it, only what follows
    /// shows: it is held back until then.
    private var rest: StoredEvent?
    private var latestTime = ""
    var progress = RunProgress()
    var out = FrameWriter()

    /// - Parameters:
    ///   - sequence: the last event that this stream does not show.
    ///   - isAnswering: true when the stream belongs to an answer that makes a paused run go on.
    init(
        facts: StreamFacts, after sequence: Int, isAnswering: Bool = false,
        now: @escaping @Sendable () -> Date
    ) {
        self.facts = facts
        self.lastSequence = sequence
        self.isAnswering = isAnswering
        self.now = now
    }

    mutating func encode(_ items: [FeedItem]) -> ByteBuffer {
        var deltaTime: String?
        for item in items {
            switch item {
            case .event(let stored): take(stored)
            case .delta(let delta):
                // They arrived together: one look at the clock is enough for all.
                let time = deltaTime ?? Timestamp.text(now())
                deltaTime = time
                encode(delta, at: time)
            }
        }
        return out.take()
    }

    private mutating func take(_ stored: StoredEvent) {
        if let passed = rest { encode(passed: passed) }
        rest = nil
        progress.note(stored)
        guard stored.sequence > lastSequence else { return }
        if stored.branch == nil, stored.event.isRest {
            rest = stored
        } else {
            encode(stored)
        }
    }

    mutating func end(_ record: RunRecord) -> ByteBuffer {
        encodeEnd(record, at: rest)
        rest = nil
        return out.take()
    }

    mutating func end(_ failure: CrewError) -> ByteBuffer {
        if let passed = rest { encode(passed: passed) }
        rest = nil
        begin(
            "error", agent: Self.system, "Execution error: \(ErrorResponse.detail(of: failure))",
            Timestamp.text(now()))
        out.field("session_id", ifPresent: facts.session?.rawValue)
        out.field("code", failure.code.rawValue)
        end()
        return out.take()
    }

    func ping(after sequence: Int) -> ByteBuffer {
        var out = FrameWriter()
        out.begin("ping", agent: Self.system, content: "", time: Timestamp.text(now()))
        out.field("run_id", facts.run.rawValue)
        out.fields(of: facts.origin)
        out.end(id: sequence)
        return out.take()
    }

    func goodbye(after sequence: Int) -> ByteBuffer {
        var last = FrameEncoder(facts: facts, after: sequence, now: now)
        let text = "the server is shutting down before the run came to rest"
        return last.end(CrewError(.shuttingDown, text))
    }
}

extension FrameEncoder {
    mutating func begin(
        _ type: StaticString, agent: String, _ content: String, _ time: String
    ) {
        // Pieces carry the moment they are shown, events that of their storing, which may be
        // earlier; in a stream time only goes on. The texts are of one length and sort as times.
        latestTime = max(latestTime, time)
        out.begin(type, agent: agent, content: content, time: latestTime)
        out.field("run_id", facts.run.rawValue)
        out.fields(of: facts.origin)
    }

    mutating func begin(
        _ type: StaticString, agent: AgentID, _ content: String, _ time: String,
        branch: BranchID? = nil
    ) {
        begin(type, agent: facts.name(of: agent), content, time)
        out.field("agent_id", agent.rawValue)
        out.field("branch", ifPresent: branch?.rawValue)
    }

    /// Ends a frame after which more of the same event comes.
    mutating func end() { out.end(id: lastSequence) }

    /// Ends the last frame of an event.
    mutating func end(_ stored: StoredEvent) { end(upTo: stored.sequence) }

    /// Ends the frame with which everything up to there is shown.
    mutating func end(upTo sequence: Int) {
        lastSequence = sequence
        out.end(id: sequence)
    }

    /// Takes note of an event that has no frame.
    mutating func skip(_ stored: StoredEvent) { lastSequence = stored.sequence }

    /// Whether the stream's own answer makes the run go on; true only once.
    mutating func isFirstAnswer() -> Bool {
        defer { isAnswering = false }
        return isAnswering
    }

    /// Says that no model made this text.
    mutating func fieldIfScripted(_ agent: AgentID) {
        if progress.isScripted(agent) { out.field("scripted", true) }
    }

    mutating func encode(_ delta: MessageDelta, at time: String) {
        switch delta.kind {
        case .text(let text):
            begin("token", agent: delta.agent, text, time, branch: delta.branch)
        case .reasoning(let text):
            begin("reasoning", agent: delta.agent, text, time, branch: delta.branch)
        case .soFar(let text, let reasoning):
            begin("message_so_far", agent: delta.agent, text, time, branch: delta.branch)
            if !reasoning.isEmpty { out.field("reasoning", reasoning) }
        case .abandoned(let code):
            if code != .interrupted { progress.noteAbandoned(by: delta.agent) }
            let text = "↩️ The reply starts over"
            begin("message_abandoned", agent: delta.agent, text, time, branch: delta.branch)
            out.field("code", code.rawValue)
        }
        out.field("round", delta.round)
        out.field("index", delta.index)
        fieldIfScripted(delta.agent)
        end()
    }
}

extension RunEvent {
    /// True for what a run comes to rest with, when it is the run's own.
    var isRest: Bool {
        switch self {
        case .paused, .runEnded: true
        default: false
        }
    }
}
