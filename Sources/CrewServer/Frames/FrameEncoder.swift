import CrewKit
import NIOCore

import struct Foundation.Date

/// Turns what a run's readers see into the frames of an event stream.
///
/// Texts are the original's where it has the event; programs read `metadata`. One stored event may
/// give several frames or none; only its last frame carries its sequence, so that a client that
/// goes on from the last id it saw misses nothing.
struct FrameEncoder {
    static let system = "system"

    let facts: StreamFacts
    /// True when the stream shows its run from the first event on: its sums are the run's then.
    let showsWholeRun: Bool
    /// Stamps what has no time of its own.
    let now: @Sendable () -> Date
    /// The id of the newest frame: the last stored event that was wholly shown.
    private(set) var lastSequence: Int
    /// True once the frame was written after which nothing comes.
    private(set) var isFinished = false
    private var latestTime = ""
    var progress = RunProgress()
    var out = FrameWriter()

    /// - Parameter sequence: the last event that this stream does not show.
    init(facts: StreamFacts, after sequence: Int, now: @escaping @Sendable () -> Date) {
        self.facts = facts
        self.lastSequence = sequence
        showsWholeRun = sequence == 0
        self.now = now
    }

    /// The frames of these items in one piece; empty when they give none.
    mutating func encode(_ items: [FeedItem]) -> ByteBuffer {
        var deltaTime: String?
        for item in items where !isFinished {
            switch item {
            case .event(let stored): encode(stored)
            case .delta(let delta):
                // They arrived together: one look at the clock is enough for all.
                let time = deltaTime ?? Timestamp.text(now())
                deltaTime = time
                encode(delta, at: time)
            }
        }
        return out.take()
    }

    /// The frame that ends a stream whose run did not come to rest in it.
    mutating func encode(_ failure: CrewError) -> ByteBuffer {
        begin(
            "error", agent: Self.system, "Execution error: \(failure.message)",
            Timestamp.text(now()))
        out.field("session_id", facts.session.rawValue)
        out.field("code", failure.code.rawValue)
        end()
        isFinished = true
        return out.take()
    }

    /// The frame that shows that the stream lives.
    static func ping(id: Int, facts: StreamFacts, at date: Date) -> ByteBuffer {
        var out = FrameWriter()
        out.begin("ping", agent: system, content: "", time: Timestamp.text(date))
        out.field("run_id", facts.run.rawValue)
        out.end(id: id)
        return out.take()
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
    mutating func end(_ stored: StoredEvent) {
        lastSequence = stored.sequence
        out.end(id: lastSequence)
    }

    /// Ends the last frame of the stream.
    mutating func finish(_ stored: StoredEvent) {
        end(stored)
        isFinished = true
    }

    /// Takes note of an event that has no frame.
    mutating func skip(_ stored: StoredEvent) { lastSequence = stored.sequence }

    /// Says that no model made this text.
    mutating func fieldIfScripted(_ agent: AgentID) {
        if progress.isScripted(agent) { out.field("scripted", true) }
    }

    private mutating func encode(_ delta: MessageDelta, at time: String) {
        switch delta.kind {
        case .text(let text):
            begin("token", agent: delta.agent, text, time, branch: delta.branch)
        case .reasoning(let text):
            begin("reasoning", agent: delta.agent, text, time, branch: delta.branch)
        case .soFar(let text, let reasoning):
            begin("message_so_far", agent: delta.agent, text, time, branch: delta.branch)
            if !reasoning.isEmpty { out.field("reasoning", reasoning) }
        case .abandoned(let code):
            progress.noteAbandoned(by: delta.agent)
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
