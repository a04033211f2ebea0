import CrewTesting
import Foundation
import Testing

@testable import CrewKit

@Suite("Runs as files")
struct RunArchiveTests {
    /// A store with one run that went through everything, and its text.
    private static func exported() async throws -> (store: InMemoryRunStore, text: String) {
        let store = InMemoryRunStore()
        let runner = try DurableScene().runner(store) {
            $0.now = { Date(timeIntervalSince1970: 1_795_262_400.123456) }
        }
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("go", session: "s"))
            #expect(try await runner.driveToEnd(run) == .terminated(by: "[DONE]"))
        }
        return (store, try await text(of: "run", in: store))
    }

    private static func text(of run: RunID, in store: any RunStore) async throws -> String {
        var text = ""
        try await RunArchive.write(run, of: store) { text += $0 }
        return text
    }

    @Test("A run that was written and read is the same run, and is written the same again")
    func roundTrip() async throws {
        let (store, text) = try await Self.exported()
        let (archive, problems) = RunArchive.read(text)
        #expect(problems == [])
        let windows = RunArchive.read(text.replacing("\n", with: "\r\n"))
        #expect(windows.archive?.events == archive?.events && windows.problems == [])
        let other = InMemoryRunStore()
        try await #require(archive).restore(to: other)
        let original = try #require(try await store.record(of: "run"))
        let restored = try #require(try await other.record(of: "run"))
        #expect(restored.status == original.status && restored.session == original.session)
        #expect(restored.lastSequence == original.lastSequence)
        #expect(restored.usage == original.usage && restored.title == original.title)
        #expect(try await Self.text(of: "run", in: other) == text)
        let lines = text.split(separator: "\n")
        #expect(lines.count == original.lastSequence + 1)
        #expect(lines[0].hasPrefix(#"{"format":"swift-crew-run""#))
        #expect(lines[1].contains(#""time":"2026-11-21T12:00:00.123456Z""#))
    }

    @Test("A run that is kept already is not overwritten")
    func conflict() async throws {
        let (store, text) = try await Self.exported()
        let archive = try #require(RunArchive.read(text).archive)
        await #expect { try await archive.restore(to: store) } throws: {
            ($0 as? CrewError)?.code == .conflict
        }
    }

    /// What is done to a good text, and what is said about it.
    static let damages: [(damage: @Sendable (inout [String]) -> Void, expected: [String])] = [
        ({ $0 = [] }, ["1: the file is empty"]),
        ({ $0 = ["hello"] }, ["1: this is not an exported run: it is not JSON"]),
        ({ $0[0] = "{}" }, ["1: this is not an exported run: its format is not named"]),
        (
            { $0[0].replace(#""version":1"#, with: #""version":2"#) },
            ["1: this was exported by a newer version of crew: use that one"]
        ),
        (
            { $0[0].replace(#""crew":"durable","#, with: "") },
            ["1: this is not an exported run: 'crew' is missing"]
        ),
        ({ $0.remove(at: 3) }, ["4: event 3 belongs here, not 4"]),
        ({ $0.insert($0[5], at: 5) }, ["7: event 6 belongs here, not 5"]),
        (
            {
                $0[2].replace(#""type""#, with: #""kind""#)
                $0[4] = "{"
            },
            [
                "3: this is not an event: 'type' is missing",
                "5: this is not an event: it is not JSON",
            ]
        ),
        (
            { $0[3].replace(#""time":"2026"#, with: #""time":"soon"#) },
            ["4: this is not an event: 'time': 'soon-11-21T12:00:00.123456Z' is not a time"]
        ),
        (
            { $0[3].replace(#""type":""#, with: #""type":"un"#) },
            [
                "4: this is not an event: 'type' has a value that this version of crew does not know"
            ]
        ),
        (
            { $0[0].replace(#""id":"run""#, with: #""id":"a/b""#) },
            ["1: 'id' must be 1 to 128 of A-Z a-z 0-9 _ - . :"]
        ),
        (
            { $0[0].replace(#""session_id":"s""#, with: #""session_id":"""#) },
            ["1: 'session_id' must be 1 to 128 of A-Z a-z 0-9 _ - . :"]
        ),
        ({ $0[2] = "" }, ["3: this is not an event: it is not JSON"]),
    ]

    @Test("Everything that is wrong with a file is told with its line", arguments: damages.indices)
    func damage(index: Int) async throws {
        var lines = try await Self.exported().text.split(separator: "\n").map(String.init)
        Self.damages[index].damage(&lines)
        let (archive, problems) = RunArchive.read(lines.map { $0 + "\n" }.joined())
        #expect(archive == nil)
        #expect(problems.map { "\($0.line): \($0.message)" } == Self.damages[index].expected)
    }

    @Test(
        "Waits that nobody can wait, and branches that are there already, are refused with their line"
    )
    func impossible() async throws {
        let store = InMemoryRunStore()
        let group = RunEvent.groupStarted(
            GroupStarted(
                group: "g", from: "a",
                members: ["1", "1"].map { GroupStarted.Member(branch: $0, agent: "b") }))
        let pauses = [-1, 1e300, 0, 86_400].map {
            RunEvent.paused(RunPaused(agent: "a", expiresAfterSeconds: $0))
        }
        let log =
            [.runStarted(RunStarted(crew: "c", input: "x", agent: "a", history: []))] + pauses
            + [group, .runEnded(RunEnded(outcome: .cancelled))]
        let events = log.enumerated().map {
            StoredEvent(
                sequence: $0.offset + 1, time: Date(timeIntervalSince1970: 0), event: $0.element)
        }
        try await store.create(
            RunRecord(
                id: "r", crew: "c", session: nil, createdAt: Date(timeIntervalSince1970: 0)),
            events: events)
        let read = RunArchive.read(try await Self.text(of: "r", in: store))
        #expect(read.archive == nil)
        #expect(read.problems.map(\.line) == [3, 4, 7])
        #expect(read.problems.last?.message == "there is a 'branch' 1 already")
    }

    @Test(
        "A wait of any number of seconds and a time of any size become times that can be written",
        arguments: [
            (-5.0, "1970-01-01T00:00:00.000000Z"), (1e300, "2070-01-01T00:00:00.000000Z"),
            (.nan, nil), (.infinity, nil),
        ] as [(Double, String?)])
    func clamped(_ seconds: Double, _ expected: String?) {
        var record = RunRecord(
            id: "r", crew: "c", session: nil, createdAt: Date(timeIntervalSince1970: 0))
        let pause = RunEvent.paused(RunPaused(agent: "a", expiresAfterSeconds: seconds))
        record.note([
            StoredEvent(sequence: 1, time: Date(timeIntervalSince1970: 0), event: pause)
        ])
        #expect(record.pause?.expiresAt.map { RunJSON.text(of: $0) } == expected)
        let odd = RunJSON.text(of: Date(timeIntervalSince1970: seconds))
        #expect(odd.utf8.count == 27 && odd.hasSuffix("Z"))
    }

    @Test("A file that was cut off is refused, and so is a run that was not at rest")
    func incomplete() async throws {
        let lines = try await Self.exported().text.split(separator: "\n").map { "\($0)\n" }
        let cut = RunArchive.read(lines.dropLast(2).joined())
        #expect(cut.archive == nil)
        #expect(cut.problems.map(\.line) == [lines.count - 2])
        #expect(cut.problems.first?.message.hasPrefix("the file ends after event") == true)
        let head = lines[0].replacing(#/"last_sequence":\d+/#, with: #""last_sequence":3"#)
        let unfinished = RunArchive.read(([head] + lines[1...3]).joined())
        #expect(unfinished.archive == nil)
        #expect(unfinished.problems.first?.message.hasPrefix("the run is not at rest") == true)
        let headless = RunArchive.read(([head] + lines[2...3]).joined())
        #expect(headless.problems.map(\.line).contains(2))
    }

    @Test(
        "Times are read with any number of digits, and written with six",
        arguments: [
            ("2026-11-21T12:00:00Z", "2026-11-21T12:00:00.000000Z"),
            ("2026-11-21T12:00:00.5Z", "2026-11-21T12:00:00.500000Z"),
            ("2026-11-21T12:00:00.000001Z", "2026-11-21T12:00:00.000001Z"),
            ("2026-11-21T12:00:00.999999999Z", "2026-11-21T12:00:01.000000Z"),
            ("1969-12-31T23:59:59.250000Z", "1969-12-31T23:59:59.250000Z"),
        ])
    func times(read: String, written: String) throws {
        let date = try RunJSON.value(Date.self, from: "\"\(read)\"")
        #expect(RunJSON.text(of: date) == written)
    }

    @Test(
        "What is no time is refused",
        arguments: ["", "soon", "2026-11-21", "2026-11-21T12:00:00.Z", "2026-11-21T12:00:00.-5Z"])
    func noTimes(text: String) {
        #expect(throws: DecodingError.self) { try RunJSON.value(Date.self, from: "\"\(text)\"") }
    }
}
