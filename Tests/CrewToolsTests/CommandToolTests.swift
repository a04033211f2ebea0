import CrewKit
import CrewTesting
import Testing

@testable import CrewTools

@Suite("Command tool")
struct CommandToolTests {
    private func tool(
        _ command: [String], parameters: [String] = [], outputLimit: Int = 65_536,
        change: (inout DeclaredTool) -> Void = { _ in }
    ) throws -> CommandTool {
        let properties = parameters.map { ($0, ["type": "string"] as JSONValue) }
        var definition = DeclaredTool(
            name: "T", description: "", work: .command(CommandTemplate(command)),
            parameters: ["type": "object", "properties": .object(JSONObject(properties))])
        definition.maxOutputBytes = outputLimit
        change(&definition)
        return try CommandTool(definition, timeout: .seconds(600))
    }

    private func error(_ tool: CommandTool, _ arguments: JSONObject = [:]) async -> ToolFailure? {
        await #expect(throws: ToolFailure.self) { try await tool.call(.test(arguments)) }
    }

    @Test("The output is the result")
    func output() async throws {
        #expect(try await tool(["echo", "xin", "chào"]).call(.test()) == "xin chào\n")
    }

    @Test("A value stays one argument, whatever it holds")
    func noShell() async throws {
        let evil = "a b; echo x $(id) `id` | cat > /tmp/x && 'q' \"q\" * \n--"
        let tool = try tool(["printf", "[%s]", "--", "{{a}}", "x={{b}}."], parameters: ["a", "b"])
        #expect(
            try await tool.call(.test(["a": .string(evil), "b": 42.0])) == "[--][\(evil)][x=42.]")
    }

    @Test("The program gets the key of its call as a variable, and where the command asks for it")
    func idempotencyKey() async throws {
        let tool = try tool(
            ["sh", "-c", "echo $CREW_IDEMPOTENCY_KEY $0 $1", "key={{idempotency_key}}", "{{a}}"],
            parameters: ["a"]
        ) { $0.template.environment = ["CREW_IDEMPOTENCY_KEY": "mine"] }
        #expect(try await tool.call(.test(["a": "x"])) == "k key=k x\n")
        #expect(throws: CrewError.self) {
            try self.tool(["echo"], parameters: ["idempotency_key"])
        }
    }

    @Test("A tool says whether a person has to allow its calls")
    func approval() throws {
        #expect(try tool(["true"]).definition.approval == nil)
        let asking = try tool(["true"]) { $0.approval = .always }
        #expect(asking.definition.approval == .always)
    }

    @Test("A value cannot become an option", arguments: ["-rf", "--help", "-"])
    func optionInjection(value: String) async throws {
        let plain = try tool(["echo", "{{a}}"], parameters: ["a"])
        #expect(await error(plain, ["a": .string(value)])?.kind == .parameter)
        let first = try tool(["echo", "{{a}}{{b}}"], parameters: ["a", "b"])
        #expect(
            await error(first, ["a": "", "b": .string(value)])?.kind == .parameter)
        let ended = try tool(["printf", "%s", "--", "{{a}}"], parameters: ["a"])
        #expect(try await ended.call(.test(["a": .string(value)])) == "--\(value)")
        let inside = try tool(["echo", "x{{a}}"], parameters: ["a"])
        #expect(try await inside.call(.test(["a": .string(value)])) == "x\(value)\n")
    }

    @Test("A number may be negative where its parameter is a number and the whole argument")
    func negativeNumbers() async throws {
        func echo(_ argument: String, _ type: JSONValue) throws -> CommandTool {
            try tool(["echo", argument]) {
                $0.parameters = ["type": "object", "properties": ["n": ["type": type]]]
            }
        }
        #expect(try await echo("{{n}}", "integer").call(.test(["n": -5])) == "-5\n")
        #expect(try await echo("{{n}}", ["number"]).call(.test(["n": -0.5])) == "-0.5\n")
        #expect(await error(try echo("{{n}}", "integer"), ["n": "-5"])?.kind == .parameter)
        #expect(await error(try echo("{{n}}", "string"), ["n": -5])?.kind == .parameter)
        #expect(
            await error(try echo("{{n}}", ["integer", "string"]), ["n": -5])?.kind == .parameter)
        #expect(await error(try echo("{{n}}x", "integer"), ["n": -5])?.kind == .parameter)
    }

    @Test("What is wrong with a place is said without the text around it, which may be secret")
    func secretTexts() throws {
        let error = #expect(throws: CrewError.self) { try tool(["curl", "key=k123{{p"]) }
        #expect(
            error?.message
                == "tool 'T': argument 1 of its command opens '{{' and never closes it; "
                + "write '}}' behind the name")
        let header = #expect(throws: CrewError.self) {
            try HTTPTool.test(
                "http://a/", HTTPToolConnections(),
                change: { $1.headers = ["Authorization": "k123 {{}}"] })
        }
        #expect(header?.message.contains("its header 'Authorization' has '{{}}'") == true)
        #expect(header?.message.contains("k123") == false)
    }

    @Test("A zero byte in a value is refused")
    func zeroByte() async throws {
        let tool = try tool(["echo", "{{a}}"], parameters: ["a"])
        #expect(await error(tool, ["a": "x\0y"])?.kind == .parameter)
    }

    @Test("An argument whose optional parameter is absent is left out")
    func optional() async throws {
        let tool = try tool(["echo", "a", "{{b}}", "c"], parameters: ["b"])
        #expect(try await tool.call(.test()) == "a c\n")
    }

    @Test("An exit code other than zero is an error with the last words")
    func exitCode() async throws {
        let failing = try tool(["sh", "-c", "echo out; echo broken >&2; exit 3"])
        #expect(
            await error(failing)?.message == """
                'sh' failed with exit code 3:
                broken
                Its output ended with:
                out
                """)
        #expect(await error(failing)?.kind == .commandFailed)
        let silent = try tool(["sh", "-c", "echo out; exit 1"])
        #expect(await error(silent)?.message == "'sh' failed with exit code 1:\nout")
        let strange = try tool(["sh", "-c", "exit 129"])
        #expect(await error(strange)?.message == "'sh' failed with exit code 129 and wrote nothing")
        let killed = try tool(["sh", "-c", "kill -9 $$"])
        #expect(await error(killed)?.kind == .crashed)
        #expect(
            await error(killed)?.message == "'sh' was ended by signal 9 (killed) and wrote nothing")
    }

    @Test("A written time limit is the program's; the engine waits a little longer for its words")
    func timeLimit() async throws {
        #expect(try tool(["true"]).definition.timeout == nil)
        let clock = InstantClock()
        var written = DeclaredTool(
            name: "T", description: "", work: .command(CommandTemplate(["sleep", "1000"])))
        written.timeout = .seconds(7)
        let slow = try CommandTool(written, clock: clock)
        #expect(slow.definition.timeout == .seconds(9))
        let failure = await error(slow)
        #expect(failure?.kind == .timeout)
        #expect(
            failure?.message
                == "'sleep' was ended because it took longer than 7.0 seconds and wrote nothing")
        #expect(clock.sleeps == [.seconds(7)])
    }

    @Test("A missing program says so", arguments: ["no-such-program", "/no/such/program"])
    func missing(program: String) async throws {
        let failure = await error(try tool([program]))
        #expect(failure?.message == "the program '\(program)' is not installed here")
        #expect(failure?.kind == .notFound)
        #expect(failure?.isWithoutEffect == true)
        #expect(await error(try tool(["/etc"]))?.kind == .permission)
    }

    @Test("A missing folder says so")
    func missingFolder() async throws {
        let nowhere = try tool(["true"]) { $0.template.workingDirectory = "/no/such/folder" }
        #expect(
            await error(nowhere)?.message
                == "the working folder '/no/such/folder' cannot be entered"
        )
    }

    @Test("The program sees only the scrubbed environment, and an empty input")
    func environment() async throws {
        let tool = try tool(["sh", "-c", "env; cat"]) { $0.template.environment = ["MODE": "x y"] }
        let names = try await tool.call(.test()).split(separator: "\n")
            .map { String($0.prefix { $0 != "=" }) }
        #expect(names.contains("MODE"))
        let allowed = [
            "PATH", "HOME", "LANG", "MODE", "CREW_IDEMPOTENCY_KEY", "TMPDIR", "PWD", "SHLVL", "_",
            "OLDPWD",
        ]
        #expect(Set(names).isSubset(of: allowed))
    }

    @Test("The working folder is the declared one")
    func workingDirectory() async throws {
        #expect(
            try await tool(["pwd"]) { $0.template.workingDirectory = "/usr" }.call(.test())
                == "/usr\n")
    }

    @Test("Only the usual variables are passed on")
    func scrubbing() {
        let variables = ProgramEnvironment.standard(
            from: ["API_KEY": "k", "PATH": "/x", "HOME": "/h"], adding: ["A": "1"])
        #expect(variables == ["PATH": "/x", "HOME": "/h", "A": "1"])
        #expect(ProgramEnvironment.standard(from: [:])["PATH"]?.contains("/usr/bin") == true)
    }

    @Test("Long output is cut between characters, and says so")
    func cut() async throws {
        let tool = try tool(["printf", "aé👩‍👩‍👧e\u{301}bc"], outputLimit: 8)
        #expect(try await tool.call(.test()) == "aé\n[output cut: the first 3 of 26 bytes]")
    }

    @Test("Bytes that are no text are repaired")
    func invalidText() async throws {
        #expect(try await tool(["printf", #"a\377b"#]).call(.test()) == "a\u{FFFD}b")
    }

    @Test("All of a large output arrives, also from a program that ends at once")
    func complete() async throws {
        let script = "head -c 300000 /dev/zero | tr '\\0' x"
        let tool = try tool(["sh", "-c", script], outputLimit: 400_000)
        #expect(try await tool.call(.test()).utf8.count == 300_000)
    }

    @Test("A program that does not stop writing is ended", arguments: ["yes", "yes >&2"])
    func flood(command: String) async throws {
        let failure = await error(try tool(["sh", "-c", command], outputLimit: 100_000))
        let message = try #require(failure?.message)
        #expect(message.contains("would not stop writing"))
        #expect(message.utf8.count < 3_000)
    }

    @Test("A command that cannot work is refused when it is made")
    func definitions() throws {
        func problem(_ command: [String], _ parameters: [String] = []) throws -> String {
            let error = #expect(throws: CrewError.self) {
                try tool(command, parameters: parameters)
            }
            #expect(error?.code == .invalidDefinition)
            return try #require(error).message
        }
        #expect(try problem([]).contains("names no program"))
        #expect(try problem(["{{p}}"], ["p"]).contains("must not come from a parameter"))
        #expect(
            try problem(["ping", "{{hots}}"], ["host"])
                .contains("'{{hots}}' is no parameter of it; did you mean 'host'?"))
        #expect(try problem(["ping", "{{host"], ["host"]).contains("never closes"))
        #expect(try problem(["ping", "{{ }}"], ["host"]).contains("without a name"))
        for name in ["A=B", "a-b", "1A", ""] {
            #expect(throws: CrewError.self) {
                try tool(["a"]) { $0.template.environment = [name: ""] }
            }
        }
    }
}

extension ToolInvocation {
    static func test(_ arguments: JSONObject = [:]) -> ToolInvocation {
        ToolInvocation(
            call: "c1", arguments: arguments, idempotencyKey: "k", run: "r", agent: "a")
    }
}

extension DeclaredTool {
    fileprivate var template: CommandTemplate {
        get {
            guard case .command(let template) = work else { return CommandTemplate([]) }
            return template
        }
        set { work = .command(newValue) }
    }
}
