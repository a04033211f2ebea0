import CrewKit
import Foundation
import Testing

/// `crew runs` without a server.
@Suite("Kept runs from the command line")
struct KeptRunTests {
    @Test("A run that waits for an answer says how to go on, and does so in a new process")
    func resume() async throws {
        let crew = try KeptCrew()
        let first = try await crew.run("ask")
        #expect(first.code == 3)
        let id = try await crew.newest()
        #expect(first.errors.contains("crew runs resume \(crew.folder) \(id) 'ANSWER'"))
        let second = try await crew.runs("resume", String(id.prefix(6)), "the red one")
        #expect(second.code == 0)
        #expect(second.output.hasPrefix("Ana: you said the red one"))
        let third = try await crew.runs("resume", id, "again")
        #expect(third.code == 1 && third.errors.contains("completed"))
    }

    @Test("A call waits over processes until it is allowed, and is made once")
    func approve() async throws {
        let crew = try KeptCrew()
        let paused = try await crew.run("pay")
        #expect(paused.code == 3 && crew.payments.isEmpty)
        let id = try await crew.newest()
        #expect(paused.errors.contains("crew runs approve \(crew.folder) \(id) 5"))
        let wrong = try await crew.runs("approve", id, "4")
        #expect(wrong.code == 1 && wrong.errors.contains("these do: 5 (Pay)"))
        let done = try await crew.runs("approve", id)
        #expect(done.code == 0 && done.output == "Ana: it says: paid it\n\n")
        #expect(crew.payments == ["\(id)/1/1"])
        let again = try await crew.runs("approve", id)
        #expect(again.code == 1 && again.errors.contains("no call"))
    }

    @Test("A refused call is not made, and its agent reads why")
    func refuse() async throws {
        let crew = try KeptCrew()
        _ = try await crew.run("pay")
        let done = try await crew.runs("refuse", try await crew.newest(), "--reason", "too dear")
        #expect(done.code == 0)
        #expect(done.output.contains("Reason: too dear"))
        #expect(crew.payments.isEmpty)
    }

    @Test("The list has every run, for people and for programs, and can be narrowed")
    func list() async throws {
        let crew = try KeptCrew()
        for text in ["ask", "pay", "hello"] { _ = try await crew.run(text) }
        let table = try await crew.runs("list").output.split(separator: "\n")
        #expect(table.count == 4 && table[0].hasPrefix("ID"))
        #expect(table[1].contains("completed") && table[1].hasSuffix("hello"))
        #expect(table[2].contains("paused: 1 to allow"))
        #expect(table[2].contains(" 42 ") && table[2].contains("$0.000000"))
        #expect(table[3].contains("paused: answer"))
        let all = try await crew.list()
        #expect(all.map { $0["title"]?.string } == ["hello", "pay", "ask"])
        #expect(all[1]["approvals"]?.array?.first?["tool"]?.string == "Pay")
        #expect(try await crew.list("--status", "paused").count == 2)
        #expect(try await crew.list("--status", "completed").count == 1)
        #expect(try await crew.list("--session", "s").isEmpty)
        let one = try await crew.runs("list", "--limit", "1")
        #expect(one.output.split(separator: "\n").count == 2)
        #expect(one.errors.contains("there are more"))
    }

    @Test("A run is shown with its path, its times, what it spent and what it waits for")
    func show() async throws {
        let crew = try KeptCrew()
        _ = try await crew.run("pay")
        let id = try await crew.newest()
        let waiting = try await crew.runs("show", id).output
        #expect(waiting.contains("1 model call, 42 tokens, $0.000000"))
        #expect(waiting.contains("5 waits for permission: Pay {}"))
        #expect(waiting.contains("crew runs approve \(crew.folder) \(id) 5"))
        _ = try await crew.runs("approve", id)
        let done = try await crew.runs("show", id).output
        for part in [
            "Ana, round 1", "42 tokens", "→ Pay {}", "call 5 is allowed", "✓ Pay: success",
            "completed",
        ] {
            #expect(done.contains(part), "\(part)")
        }
        let json = try JSONValue(parsing: try await crew.runs("show", id, "--json").output)
        #expect(json["status"]?.string == "ended")
        let rounds = try #require(json["rounds"]?.array)
        #expect(rounds.count == 2 && rounds[0]["usage"]?["output_tokens"]?.integer == 12)
        #expect(rounds[0]["tools"]?.array?.first?["status"]?.string == "success")
    }

    @Test("Events are printed one a line from any point on")
    func events() async throws {
        let crew = try KeptCrew()
        _ = try await crew.run("hello")
        let id = try await crew.newest()
        let all = try await crew.runs("events", id).output.split(separator: "\n")
        #expect(all.count == 5)
        let rest = try await crew.runs("events", id, "--after", "3").output
        #expect(rest == all[3...].map { "\($0)\n" }.joined())
        let tail = try await crew.runs("tail", id)
        #expect(tail.code == 0 && tail.output.hasPrefix("Ana: you said hello"))
    }

    @Test("A fork goes its own way with another model; the other run stays as it is")
    func fork() async throws {
        let crew = try KeptCrew()
        _ = try await crew.run("ask")
        let id = try await crew.newest()
        let before = try await crew.runs("events", id).output
        let forked = try await crew.runs(
            "fork", id, "--from-step", "6", "--model", "scripted", "--input", "the blue one")
        #expect(forked.code == 0 && forked.output.contains("you said the blue one"))
        let fork = try #require(try await crew.list().first)
        #expect(fork["parent"]?.string == id)
        let shown = try await crew.runs("show", fork["id"]?.string ?? "?").output
        #expect(shown.contains("forked from") && shown.contains(" +0.000s  "))
        #expect(!shown.contains("+-"), "what is older than the fork is not before its beginning")
        #expect(forked.errors.contains("run: \(fork["id"]?.string ?? "?")"))
        #expect(try await crew.runs("events", id).output == before)
        let unknown = try await crew.runs("fork", id, "--model", "opnai/x", "--input", "x")
        #expect(unknown.code == 1 && unknown.errors.contains("did you mean 'openai'"))
        let far = try await crew.runs("fork", id, "--from-step", "99", "--input", "x")
        #expect(far.code == 1 && far.errors.contains("the steps 1 to 6"))
    }

    @Test("A run that is exported and imported elsewhere is the same run")
    func exportAndImport() async throws {
        let (crew, other) = (try KeptCrew(), try KeptCrew())
        _ = try await crew.run("ask")
        let id = try await crew.newest()
        let file = crew.folder + "/run.jsonl"
        let written = try await crew.runs("export", id, "-o", file)
        #expect(written.code == 0 && written.output.isEmpty)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(try await crew.runs("export", id).output == text)
        let imported = try await other.runs("import", file)
        #expect(imported.code == 0 && imported.output == "\(id)\n")
        #expect(try await other.runs("export", id).output == text)
        let again = try await other.runs("import", "-", input: text)
        #expect(again.code == 1 && again.errors.contains("already"))
        let answered = try await other.runs("resume", id, "here")
        #expect(answered.code == 0 && answered.output.contains("you said here"))
    }

    @Test("What is wrong with a file is told line by line, and nothing is imported")
    func badFile() async throws {
        let crew = try KeptCrew()
        _ = try await crew.run("hello")
        let text = try await crew.runs("export", try await crew.newest()).output
        var lines = text.split(separator: "\n").map(String.init)
        lines[2] = "{}"
        lines.remove(at: 4)
        let file = crew.folder + "/bad.jsonl"
        try crew.write("bad.jsonl", lines.joined(separator: "\n"))
        let ended = try await crew.runs(
            "import", file, "--store", "sqlite:\(crew.folder)/new.sqlite")
        #expect(ended.code == 1)
        #expect(
            ended.errors == """
                \(file):3: error: this is not an event: 'sequence' is missing
                \(file):5: error: event 4 belongs here, not 5
                nothing was imported

                """)
        #expect(!FileManager.default.fileExists(atPath: "\(crew.folder)/new.sqlite"))
        let missing = try await crew.runs("import", "/no/such/file")
        #expect(missing.code == 1 && missing.errors.hasPrefix("/no/such/file: error"))
    }

    @Test("An id must say which run is meant")
    func ids() async throws {
        let crew = try KeptCrew()
        _ = try await crew.run("hello")
        let id = try await crew.newest()
        let text = try await crew.runs("export", id).output
        for twin in ["twin-1", "twin-2"] {
            let copy = text.replacing(id, with: twin)
            #expect(try await crew.runs("import", "-", input: copy).code == 0)
        }
        #expect(try await crew.runs("show", "twi").errors.contains("too short"))
        #expect(try await crew.runs("show", "none").errors.contains("there is no run 'none'"))
        let both = try await crew.runs("show", "twin")
        #expect(both.code == 1 && both.errors.contains("2 runs begin with 'twin'"))
        #expect(try await crew.runs("show", "twin-2").code == 0)
        // The table shows enough of each id.
        let table = try await crew.runs("list").output
        #expect(table.contains("twin-1") && table.contains("twin-2"))
    }

    @Test("A run that waits can be cancelled, resumed after that, and deleted")
    func cancelAndDelete() async throws {
        let crew = try KeptCrew()
        _ = try await crew.run("pay")
        let id = try await crew.newest()
        let cancelled = try await crew.runs("cancel", id)
        #expect(cancelled.code == 0 && cancelled.errors.contains("cancelled"))
        let resumed = try await crew.runs("resume", id, "hello again")
        #expect(resumed.code == 0 && resumed.output.contains("you said hello again"))
        let over = try await crew.runs("cancel", id)
        #expect(over.code == 1 && over.errors.contains("completed"))
        #expect(try await crew.runs("delete", "none", id).code == 1)
        #expect(try await crew.list().count == 1)
        #expect(try await crew.runs("delete", id).code == 0)
        #expect(try await crew.list().isEmpty)
    }

    @Test("What a killed process left unfinished is called interrupted and goes on")
    func interrupted() async throws {
        let crew = try KeptCrew()
        try crew.script(wordsPerSecond: 0.02)
        try await Product.kill(
            ["run", crew.folder, "hello", "--store", "sqlite", "--json"]
        ) { $0.contains("round_started") }
        let id = try await crew.newest()
        #expect(try await crew.runs("list").output.contains("interrupted"))
        #expect(try await crew.list("--status", "interrupted").count == 1)
        #expect(try await crew.list("--status", "completed").isEmpty)
        let tail = try await crew.runs("tail", id)
        #expect(tail.code == 1 && tail.errors.contains("nobody works it"))
        try crew.script()
        let resumed = try await crew.runs("resume", id)
        #expect(resumed.code == 0 && resumed.output.contains("you said hello"))
        let names = try await crew.runs("events", id).output
        #expect(names.contains(#""type":"recovered""#))
    }

    @Test("A call can be allowed also after the process died that waited and worked beside it")
    func approveInterrupted() async throws {
        let crew = try KeptCrew()
        try crew.closeGate()
        try await Product.kill(
            ["run", crew.folder, "both", "--store", "sqlite", "--json"]
        ) { $0.contains("tool_started") }
        crew.removeGate()
        let id = try await crew.newest()
        #expect(try await crew.runs("list").output.contains("interrupted"))
        let done = try await crew.runs("approve", id)
        #expect(done.code == 0 && done.output.contains("paid it"), "\(done.errors)")
        #expect(done.errors.contains("the outcome of Wait is unknown"))
        #expect(crew.payments.count == 1)
    }

    @Test("A run of another crew is not worked with this one's agents")
    func otherCrew() async throws {
        let (crew, other) = (try KeptCrew(), try KeptCrew(name: "other"))
        _ = try await crew.run("ask")
        let ended = try await other.runs(
            "resume", try await crew.newest(), "x", "--store",
            "sqlite:\(crew.folder)/.crew/runs.sqlite")
        #expect(ended.code == 1 && ended.errors.contains("is of crew 'kept'"))
    }

    @Test("A chat goes on in a new process, and asks about calls that wait")
    func chat() async throws {
        let crew = try KeptCrew()
        let first = try await Product.run(
            "chat", crew.folder, "--store", "sqlite", "--session", "s", input: "hello\npay\n")
        #expect(first.output.contains("allow? [y/n, a reason to refuse, or {…}"))
        #expect(first.errors.contains("--session s"))
        #expect(crew.payments.isEmpty)
        let second = try await Product.run(
            "chat", crew.folder, "--store", "sqlite", "--session", "s", input: "\ny\nask\nmine\n")
        #expect(second.code == 0)
        #expect(second.output.contains("it says: paid it"))
        #expect(second.output.contains("you said mine"))
        #expect(crew.payments.count == 1)
        let reason = try await Product.run("chat", crew.folder, input: "pay\ntoo dear\n")
        #expect(reason.output.contains("Reason: too dear"))
        #expect(crew.payments.count == 1)
    }
}
