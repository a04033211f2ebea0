import CrewKit
import Foundation
import Testing

/// `crew runs` beside the server that owns the store.
@Suite("Kept runs beside their server", .timeLimit(.minutes(2)))
struct ServedRunTests {
    /// A crew that is served, with one run that came to rest with this input.
    private func serving(
        _ input: String, wordsPerSecond: Double = 0,
        _ body: @Sendable @escaping (KeptCrew, String, ServedCrew) async throws -> Void
    ) async throws -> KeptCrew {
        let crew = try KeptCrew()
        try crew.script(wordsPerSecond: wordsPerSecond)
        try await ServedCrew.serving(URL(filePath: crew.folder)) { served in
            _ = try await served.frames(input)
            try await body(crew, try await crew.newest(), served)
        }
        return crew
    }

    @Test("A call is allowed through the server, and what follows is shown here")
    func approve() async throws {
        let crew = try await serving("pay") { crew, id, _ in
            let done = try await crew.runs("approve", id, "5")
            #expect(done.code == 0 && done.output == "Ana: it says: paid it\n\n", "\(done.errors)")
            let again = try await crew.runs("approve", id)
            #expect(again.code == 1 && again.errors.contains("no call"))
        }
        #expect(crew.payments.count == 1)
    }

    @Test("A call is refused through the server, with a reason")
    func refuse() async throws {
        let crew = try await serving("pay") { crew, id, _ in
            let done = try await crew.runs("refuse", id, "--reason", "too dear")
            #expect(done.code == 0 && done.output.contains("Reason: too dear"))
        }
        #expect(crew.payments.isEmpty)
    }

    @Test("A run is resumed, forked and deleted through the server; its errors are told here")
    func goOn() async throws {
        _ = try await serving("ask") { crew, id, _ in
            let nothing = try await crew.runs("resume", id)
            #expect(nothing.code == 1 && nothing.errors.contains("waits for an answer"))
            let done = try await crew.runs("resume", id, "the red one")
            #expect(done.code == 0 && done.output.contains("you said the red one"))
            let fork = try await crew.runs(
                "fork", id, "--from-step", "6", "--model", "scripted", "--input", "pay", "--json")
            #expect(fork.code == 3)
            #expect(fork.output.split(separator: "\n").first?.contains(#""type":"forked""#) == true)
            let new = try await crew.newest()
            #expect(fork.errors.contains("run: \(new)") && new != id)
            #expect(try await crew.runs("delete", id, new).code == 0)
            #expect(try await crew.list().isEmpty)
        }
    }

    @Test("A live run is followed word by word to its rest, and the server keeps it meanwhile")
    func tail() async throws {
        _ = try await serving("ask", wordsPerSecond: 30) { crew, id, _ in
            let left = try await crew.runs("resume", id, "x", "--detach")
            #expect(left.code == 0 && left.output.isEmpty)
            let tail = try await crew.runs("tail", id, "--color", "always")
            #expect(tail.code == 0 && tail.output.contains("which is good to know"))
            #expect(tail.output.contains("completed"))
        }
    }

    @Test("A live run is cancelled through the server and can be resumed after that")
    func cancel() async throws {
        let crew = try await serving("ask", wordsPerSecond: 1) { crew, id, _ in
            _ = try await crew.runs("resume", id, "x", "--detach")
            let ended = try await crew.runs("cancel", id)
            #expect(ended.code == 0, "\(ended.errors)")
            #expect(try await crew.list("--status", "cancelled").count == 1)
        }
        try crew.script()
        let resumed = try await crew.runs("resume", try await crew.newest())
        #expect(resumed.code == 0 && resumed.output.contains("you said x"))
    }

    /// A server that was asked to end while a tool of its run waits.
    private func ending(
        _ body: @Sendable @escaping (KeptCrew) async throws -> Void
    ) async throws -> KeptCrew {
        try await serving("ask") { crew, id, served in
            try crew.closeGate()
            _ = try await crew.runs("resume", id, "wait", "--detach")
            try await Product.kill(["runs", "tail", crew.folder, id, "--json"]) {
                $0.contains("tool_started")
            }
            try await served.askToEnd()
            try await body(crew)
        }
    }

    private func names(_ crew: KeptCrew, after sequence: Int) async throws -> [String] {
        let events = try await crew.runs(
            "events", try await crew.newest(), "--after", "\(sequence)")
        return try events.output.split(separator: "\n").map { line in
            try JSONValue(parsing: String(line))["type"]?.string ?? ""
        }
    }

    @Test("A server that is asked to end lets the round end; the next one goes on from there")
    func handBack() async throws {
        let crew = try await ending { crew in
            try crew.openGate()
            var listed = ""
            while !listed.contains("interrupted") { listed = try await crew.runs("list").output }
        }
        let before = try await names(crew, after: 6)
        #expect(before.suffix(2) == ["tool_started", "tool_returned"])
        try await ServedCrew.serving(URL(filePath: crew.folder)) { _ in
            let tail = try await crew.runs("tail", try await crew.newest())
            #expect(tail.code == 0 && tail.output.contains("the gate says: open"))
        }
        #expect(try await names(crew, after: 6 + before.count).first == "recovered")
    }

    @Test("A second signal ends the server at once; what was lost is told when the run goes on")
    func secondSignal() async throws {
        let crew = try await ending { _ in }  // what serves it is asked a second time now
        #expect(try await names(crew, after: 6).last == "tool_started")
        crew.removeGate()
        let resumed = try await crew.runs("resume", try await crew.newest())
        #expect(resumed.code == 0 && resumed.output.contains("It is not known whether"))
        #expect(resumed.errors.contains("the outcome of Wait is unknown"))
    }

    @Test(
        "On restart runs are paused or ended where that was asked for",
        arguments: ["pause", "fail"])
    func onRestart(policy: String) async throws {
        let crew = try KeptCrew()
        try crew.script(wordsPerSecond: 1)
        try await Product.kill(["run", crew.folder, "hello", "--store", "sqlite", "--json"]) {
            $0.contains("round_started")
        }
        try crew.script()
        try await ServedCrew.serving(URL(filePath: crew.folder), "--on-restart", policy) { _ in
            let record = try #require(try await crew.list().first)
            if policy == "pause" {
                #expect(record["pause"]?["kind"]?.string == "recovery")
                let resumed = try await crew.runs("resume", try await crew.newest())
                #expect(resumed.code == 0 && resumed.output.contains("you said hello"))
            } else {
                let tail = try await crew.runs("tail", try await crew.newest())
                #expect(tail.code == 1 && tail.errors.contains("broken off"))
            }
        }
    }

    @Test("Nothing is left to a server that is not there")
    func detach() async throws {
        let crew = try KeptCrew()
        _ = try await crew.run("ask")
        let ended = try await crew.runs("resume", try await crew.newest(), "x", "--detach")
        #expect(ended.code == 1 && ended.errors.contains("no server owns the store"))
    }
}
