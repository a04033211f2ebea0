import Foundation

/// One run as a text of JSON lines: what it is first, then its events.
///
/// Everything else about a run follows from its events, so nothing else is in it; neither are
/// artifacts and the idempotency key of the request.
public struct RunArchive: Sendable {
    public let record: RunRecord
    public let events: [StoredEvent]

    static let format = "swift-crew-run"
    static let version = 1

    /// What the first line holds.
    private struct Head: Codable {
        var format: String
        var version: Int
        var record: Record

        struct Record: Codable {
            var id: RunID
            var crew: String
            var session: SessionID?
            var parent: RunID?
            var createdAt: Date
            var lastSequence: Int

            enum CodingKeys: String, CodingKey {
                case id, crew, parent
                case session = "session_id"
                case createdAt = "created_at"
                case lastSequence = "last_sequence"
            }
        }
    }

    /// Something that is wrong with a text that should be an archive.
    public struct Problem: Sendable, Hashable {
        /// 1 for the first line.
        public let line: Int
        public let message: String
    }

    /// Puts a run line by line, as far as its log reaches now.
    ///
    /// - Throws: `unknownRun`, what the store throws, what `put` throws.
    public static func write(
        _ run: RunID, of store: any RunStore, to put: (String) throws -> Void
    ) async throws {
        guard let record = try await store.record(of: run) else { throw CrewError.unknownRun(run) }
        let head = Head(
            format: format, version: version,
            record: Head.Record(
                id: record.id, crew: record.crew, session: record.session, parent: record.parent,
                createdAt: record.createdAt, lastSequence: record.lastSequence))
        try put(RunJSON.text(of: head) + "\n")
        var sequence = 0
        while sequence < record.lastSequence {
            let page = try await store.events(
                of: run, after: sequence, limit: min(500, record.lastSequence - sequence))
            guard let last = page.last else { throw CrewError.unknownRun(run) }
            for event in page { try put(RunJSON.text(of: event) + "\n") }
            sequence = last.sequence
        }
    }

    /// Reads a run that is at rest, or says line by line why there is none.
    public static func read(_ text: String) -> (archive: RunArchive?, problems: [Problem]) {
        // A text may have come by a system or a mail that ends lines in its own way.
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }[...]
        if lines.last?.isEmpty == true { lines.removeLast() }
        var reading = Reading()
        for (index, line) in lines.enumerated() { reading.take(line, number: index + 1) }
        let record = reading.finish(at: max(1, lines.count))
        guard reading.problems.isEmpty, let record else { return (nil, reading.problems) }
        return (RunArchive(record: record, events: reading.events), [])
    }

    /// Puts the run into a store that does not have it.
    ///
    /// - Throws: `conflict` when it does, or what the store throws.
    public func restore(to store: any RunStore) async throws {
        let bare = RunRecord(
            id: record.id, crew: record.crew, session: record.session, parent: record.parent,
            createdAt: record.createdAt)
        try await store.create(bare, events: events)
    }

    /// A text on its way to an archive.
    private struct Reading {
        var head: Head.Record?
        var events: [StoredEvent] = []
        var problems: [Problem] = []
        /// Of the groups so far.
        var branches: Set<BranchID> = []
        /// What the next event has to be numbered.
        var next = 1

        mutating func take(_ line: Substring, number: Int) {
            do {
                if number == 1 {
                    try takeHead(line)
                } else {
                    try takeEvent(line, number: number)
                }
            } catch {
                let what = number == 1 ? "this is not an exported run" : "this is not an event"
                note("\(what): \(DecodingProblem(error).text)", line: number)
            }
        }

        private mutating func takeHead(_ line: Substring) throws {
            let value = try RunJSON.value(JSONValue.self, from: line)
            guard value["format"]?.string == RunArchive.format else {
                return note("this is not an exported run: its format is not named", line: 1)
            }
            guard let version = value["version"]?.integer, version <= RunArchive.version else {
                return note("this was exported by a newer version of crew: use that one", line: 1)
            }
            let record = try RunJSON.value(Head.self, from: line).record
            head = record
            check(record.id.rawValue, named: "id")
            if let session = record.session { check(session.rawValue, named: "session_id") }
            if let parent = record.parent { check(parent.rawValue, named: "parent") }
        }

        /// An id of another form could not be asked for.
        private mutating func check(_ id: String, named name: String) {
            let marks: Set<UInt8> = Set("_-.:".utf8)
            let fits = id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: marks.contains(byte)
                }
            }
            guard !fits || !(1...128).contains(id.utf8.count) else { return }
            note("'\(name)' must be 1 to 128 of A-Z a-z 0-9 _ - . :", line: 1)
        }

        private mutating func takeEvent(_ line: Substring, number: Int) throws {
            let event: StoredEvent
            do {
                event = try RunJSON.value(StoredEvent.self, from: line)
            } catch {
                next += 1
                throw error
            }
            if event.sequence != next {
                note("event \(next) belongs here, not \(event.sequence)", line: number)
            }
            if events.isEmpty, number == 2, !event.event.beginsRun {
                note("a run does not begin with '\(event.event.name)'", line: number)
            }
            if let problem = event.event.problem { note(problem, line: number) }
            if case .groupStarted(let group) = event.event {
                for branch in group.members.map(\.branch) where !branches.insert(branch).inserted {
                    note("there is a 'branch' \(branch) already", line: number)
                }
            }
            next = event.sequence + 1
            events.append(event)
        }

        mutating func finish(at line: Int) -> RunRecord? {
            guard let head else {
                if problems.isEmpty { note("the file is empty", line: 1) }
                return nil
            }
            var record = RunRecord(
                id: head.id, crew: head.crew, session: head.session, parent: head.parent,
                createdAt: head.createdAt)
            record.note(events)
            guard problems.isEmpty else { return nil }
            if record.lastSequence != head.lastSequence {
                note(
                    "the file ends after event \(record.lastSequence) of \(head.lastSequence)",
                    line: line)
            } else if !record.isAtRest {
                note(
                    "the run is not at rest: export it again when it is paused or over", line: line)
            }
            return record
        }

        private mutating func note(_ message: String, line: Int) {
            problems.append(Problem(line: line, message: message))
        }
    }
}

extension RunEvent {
    fileprivate var beginsRun: Bool {
        switch self {
        case .runStarted, .queued: true
        default: false
        }
    }

    /// What no run of this program says; `nil` when nothing is wrong.
    fileprivate var problem: String? {
        switch self {
        case .paused(let pause): Self.problem(ofWait: pause.expiresAfterSeconds)
        case .approvalRequested(let request): Self.problem(ofWait: request.expiresAfterSeconds)
        default: nil
        }
    }

    private static func problem(ofWait seconds: Double?) -> String? {
        guard let seconds, !(0...StoredEvent.longestWait).contains(seconds) else { return nil }
        return "'expires_after_seconds' must be 0 to 100 years"
    }
}

/// Why something could not be read from JSON, in a few words.
private struct DecodingProblem {
    let text: String

    init(_ error: any Error) {
        switch error as? DecodingError {
        case .keyNotFound(let key, _)?: text = "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?:
            text = "\(Self.place(context)) has the wrong type"
        case .dataCorrupted(let context)?:
            if context.codingPath.isEmpty {
                text = "it is not JSON"
            } else if context.debugDescription.hasPrefix("Cannot initialize") {
                // Swift's own words for a text that is no case of an enumeration.
                text = "\(Self.place(context)) has a value that this version of crew does not know"
            } else {
                text = "\(Self.place(context)): \(context.debugDescription)"
            }
        default: text = "it cannot be read"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        let keys = context.codingPath.map(\.stringValue)
        return keys.isEmpty ? "it" : "'\(keys.joined(separator: "."))'"
    }
}
