import CrewKit
import Foundation
import Logging
import Synchronization
import Testing

@testable import crew

@Suite("Lines of the log")
struct LogFormTests {
    private let time = Date(timeIntervalSince1970: 1_800_000_000)

    /// What is written, and a gate that holds the writer up.
    private final class Terminal: Sendable {
        let written = Mutex<[String]>([])
        let gate = DispatchSemaphore(value: 0)
    }

    @Test("A line for programs is one JSON object, whatever is in it")
    func json() throws {
        let metadata: Logger.Metadata = [
            "run_id": "r", "time": "mine", "list": ["a", "b"], "text": "a \"b\"\n{}",
        ]
        let line = LogForm.json.line("hello\nyou", at: .warning, time, metadata)
        #expect(!line.contains("\n"))
        let value = try JSONValue(parsing: line)
        #expect(value["message"] == "hello\nyou")
        #expect(value["level"] == "warning")
        #expect(value["time"]?.string?.hasPrefix("2027-01-15T08:00:00") == true)
        #expect(value["metadata.time"] == "mine")
        #expect(value["list"] == ["a", "b"])
        #expect(value["text"] == "a \"b\"\n{}")
    }

    @Test("A line for people is one line, and commands no terminal")
    func text() {
        let line = LogForm.text.line(
            "hello", at: .info, time, ["run_id": "r", "evil": "a\nerror crew: b\u{1B}[2J"])
        #expect(
            line
                == "2027-01-15T08:00:00.000000Z info crew: evil=a\\nerror crew: b\\u{1b}[2J run_id=r hello"
        )
    }

    @Test("A log writes what its logger knows and is told, of its level")
    func writer() {
        let terminal = Terminal()
        let lines = LogLines { line in terminal.written.withLock { $0.append(line) } }
        let now = time
        var logger = Logger(label: "x") { _ in LogWriter(.text, to: lines, now: { now }) }
        logger.logLevel = .info
        logger[metadataKey: "a"] = "1"
        logger.debug("not this")
        logger.info("this", metadata: ["b": "2"])
        lines.flush()
        let written = terminal.written.withLock { $0 }
        #expect(written == ["2027-01-15T08:00:00.000000Z info crew: a=1 b=2 this"])
    }

    @Test("A terminal that takes nothing holds up nobody; what is lost is counted and told")
    func slow() {
        let terminal = Terminal()
        let lines = LogLines(capacity: 1_000) { line in
            terminal.gate.wait()
            terminal.written.withLock { $0.append(line) }
        }
        for _ in 0..<100 { lines.add(String(repeating: "x", count: 100)) }
        #expect(lines.dropped == 90)
        for _ in 0..<20 { terminal.gate.signal() }
        lines.flush()
        lines.add("room again")
        lines.flush()
        let written = terminal.written.withLock { $0 }
        #expect(written.count == 12)
        #expect(
            written.suffix(2) == [
                "90 lines of the log were dropped: nobody read them", "room again",
            ])
    }
}
