import CrewKit
import CrewTesting
import FoundationEssentials
import Glibc
import Subprocess
import Synchronization
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("MCP servers as programs, and their end", .serialized)
    struct MCPProcessTests {
        private typealias Setup = MCPFixture.Setup

        private func waitUntilGone(_ processes: [Int32]) async {
            for process in processes {
                while ProcessFolder.isAlive(process) { await letOthersWork() }
            }
        }

        private func processes(_ text: String) -> [Int32] {
            text.split(separator: " ").compactMap { Int32($0) }
        }

        @Test(
            "A server that dies in mid-call fails the call with its status alone, and is restarted")
        func death() async throws {
            try await MCPFixture.withServer(.modernStdio) { definition in
                definition.effects = ["add": .read]
            } _: { servers, _ in
                let failure = try await servers.failure("tests__die", ["code": 7])
                #expect(failure.kind == .crashed)
                #expect(failure.action == .findOutFirst)
                #expect(!failure.isWithoutEffect)
                #expect(failure.message.contains("ended with exit code 7"))
                // They are for people: in the log, as the next test shows.
                #expect(!failure.message.contains("last words"))
                #expect(servers.tools.count > 5)
                let sum = try await servers.callOnceBack("tests__add", ["a": 2, "b": 3])
                #expect(sum == "5")
            }
        }

        @Test("All calls under way fail when the server is killed; a child of it dies with it")
        func killed() async throws {
            try await MCPFixture.withServer(.legacyStdio) { servers, note in
                let left = processes(try await servers.call("tests__children"))
                try #require(left.count == 2)
                let failures = await withTaskGroup(of: ToolFailure?.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            do {
                                _ = try await servers.call("tests__hang")
                                return nil
                            } catch {
                                return error as? ToolFailure
                            }
                        }
                    }
                    await wait(forLines: 4, in: note)
                    _ = kill(left[0], SIGKILL)
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(failures.count == 3)
                for failure in failures {
                    let message = try #require(failure).message
                    #expect(message.contains("was ended by signal 9"))
                }
                await waitUntilGone(left)
            }
        }

        @Test("At the end a server and its children are gone")
        func end() async throws {
            let left = Mutex<[Int32]>([])
            try await MCPFixture.withServer(.modernStdio) { servers, _ in
                let text = try await servers.call("tests__children")
                left.withLock { $0 = processes(text) }
            }
            #expect(left.withLock { $0.count } == 2)
            await waitUntilGone(left.withLock { $0 })
        }

        @Test("A server that ignores the end of its input and requests to end is killed")
        func stubborn() async throws {
            try await MCPFixture.withFolder { folder in
                let note = folder + "/note"
                let script = """
                    trap '' TERM
                    sleep 1000 & echo "$$ $!" > "$1"
                    while :; do sleep 1; done
                    """
                let process = StdioServerProcess(
                    command: CommandTemplate(["sh", "-c", script, "sh", note]),
                    grace: .milliseconds(20))
                let ending = Latch()
                let report = try await withThrowingTaskGroup(
                    of: StdioServerProcess.Report?.self
                ) { group in
                    group.addTask {
                        try await process.run(input: AsyncStream.makeStream(), ending: ending) {
                            _ in
                        }
                    }
                    try await FileClock(path: note).waitForLine()
                    ending.open()
                    return try await group.next() ?? nil
                }
                #expect(report?.status == "was ended by signal 9")
                let text = try String(contentsOfFile: note, encoding: .utf8)
                await waitUntilGone(processes(String(text.dropLast())))
            }
        }

        @Test("The guard ends a group and removes a folder when nobody bids it farewell")
        func guardian() async throws {
            try await MCPFixture.withFolder { folder in
                var options = PlatformOptions()
                options.createSession = true
                let own = folder + "/own"
                try FileManager.default.createDirectory(
                    atPath: own, withIntermediateDirectories: true)
                let result = try await Subprocess.run(
                    .name("sh"), arguments: ["-c", "sleep 1000 & sleep 1000"],
                    platformOptions: options, input: .none, output: .discarded, error: .discarded
                ) { execution in
                    let leader = execution.processIdentifier.value
                    let end = try await Subprocess.run(
                        .name("sh"), arguments: ["-c", ProcessGuard.script, "sh", own],
                        input: .string("protect \(leader)\n"), output: .discarded,
                        error: .string(limit: 1000))
                    #expect(end.standardError == "")
                }
                #expect(result.terminationStatus == .signaled(9))
                #expect(!FileManager.default.fileExists(atPath: own))
            }
        }

        @Test("A server gets few variables and a folder of its own, which is removed")
        func surroundings() async throws {
            try await MCPFixture.withServer(.modernStdio) { servers, _ in
                let names = try await servers.call("tests__environment")
                let own = Set(names.split(separator: " ").map(String.init))
                #expect(own.isSubset(of: ["HOME", "LANG", "LC_CTYPE", "PATH", "PWD", "OLDPWD"]))
            }
        }

        @Test("The last words of a server are told to people, and to nobody else")
        func lastWords() async throws {
            let definition = MCPServerDefinition(
                name: "sad",
                transport: .stdio(CommandTemplate(["sh", "-c", "echo the key is k >&2; exit 3"])))
            let log = Log()
            try await withMCPServers([definition], log: log.add) { servers in
                #expect(servers.reports[0].problem == "ended with exit code 3")
            }
            #expect(log.sentences.contains { $0.contains("its last words:\nthe key is k") })
        }

        @Test("The folder of a server is one that a later process finds again")
        func folder() async throws {
            try await MCPFixture.withFolder { parent in
                var process = StdioServerProcess(
                    command: CommandTemplate(["sh", "-c", "pwd"]), grace: .milliseconds(20))
                process.temporaryFolder = parent
                let input: StdioServerProcess.Input = AsyncStream.makeStream()
                let lines = Log()
                _ = try await process.run(input: input, ending: Latch()) { line in
                    guard case .whole(let bytes) = line else { return }
                    lines.add(String(decoding: bytes, as: UTF8.self))
                    // In use, so it stays.
                    WorkFolder.removeLeftovers(in: parent)
                }
                let folder = try #require(lines.sentences.first)
                #expect(folder.contains("/crew-work-"))
                #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == [])
            }
        }

        @Test("A program that is missing is said to be", arguments: [true, false])
        func missing(isRequired: Bool) async throws {
            var definition = MCPServerDefinition(
                name: "gone", transport: .stdio(CommandTemplate(["no-such-program"])))
            definition.isRequired = isRequired
            let log = Log()
            if isRequired {
                let error = await #expect(throws: CrewError.self) {
                    try await withMCPServers([definition], log: log.add) { _ in }
                }
                #expect(error?.code == .invalidDefinition)
                #expect(error?.message.contains("is required, and could not be started") == true)
            } else {
                try await withMCPServers([definition], log: log.add) { servers in
                    #expect(servers.tools.isEmpty)
                    #expect(servers.reports[0].problem?.contains("no-such-program") == true)
                }
                let sentence = try #require(log.sentences.first { $0.contains("started") })
                #expect(sentence.contains("MCP server 'gone' could not be started"))
                #expect(sentence.contains("as 'no-such-program' (exit code 127)"))
            }
        }

        @Test("A sandbox that would not be there is refused before anything is started")
        func sandbox() async throws {
            let definition = MCPServerDefinition(
                name: "s", transport: .stdio(CommandTemplate(["true"], sandbox: .bubblewrap)))
            let error = await #expect(throws: CrewError.self) {
                try await withMCPServers([definition]) { _ in }
            }
            #expect(error?.message.contains("servers are not put into a sandbox") == true)
        }

        @Test("A cancelled scope ends its servers and leaves nothing behind")
        func cancelledScope() async throws {
            let left = Log()
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let begun = Latch()
                    group.addTask {
                        try await MCPFixture.withServer(.modernStdio) { servers, _ in
                            let text = try await servers.call("tests__children")
                            left.add(text)
                            begun.open()
                            _ = try await servers.call("tests__hang")
                        }
                    }
                    group.addTask { await begun.wait() }
                    try await group.next()
                    group.cancelAll()
                    try await group.next()
                }
            }
            let processes = left.sentences.flatMap(processes)
            #expect(processes.count == 2)
            await waitUntilGone(processes)
        }

        @Test("Many servers, one after another, leave no process behind")
        func nothingLeft() async throws {
            try await MCPFixture.withFolder { folder in
                let definition = MCPServerDefinition(
                    name: "s",
                    transport: .stdio(
                        CommandTemplate([
                            try MCPFixture.program("python"),
                            MCPFixture.script.replacing("server.py", with: "odd.py"), "fine",
                            folder + "/note",
                        ])))
                let answers = Counter()
                for _ in 0..<20 {
                    try await withMCPServers([definition]) { servers in
                        let text = try await servers.call("s__t")
                        #expect(text == "ok")
                        answers.add()
                    }
                }
                #expect(answers.value == 20)
                let own = "\(ProcessInfo.processInfo.processIdentifier)"
                let commands = try ProcessFolder.commands(ofChildrenOf: own)
                #expect(!commands.contains { $0.contains(folder) })
            }
        }

        @Test("What a server writes besides messages is passed over")
        func banner() async throws {
            try await MCPFixture.withServer(.modernStdio, more: ["--banner"]) { servers, _ in
                let sum = try await servers.call("tests__add", ["a": 2, "b": 3])
                #expect(sum == "5")
            }
        }

        @Test("The time server of the package index answers")
        func time() async throws {
            let command = CommandTemplate([
                try MCPFixture.program("mcp-server-time"), "--local-timezone", "UTC",
            ])
            var definition = MCPServerDefinition(name: "time", transport: .stdio(command))
            definition.allow = ["convert_time"]
            definition.connectTimeout = MCPFixture.patience
            try await withMCPServers([definition]) { servers in
                #expect(servers.tools.map(\.definition.name) == ["time__convert_time"])
                let text = try await servers.call(
                    "time__convert_time",
                    [
                        "source_timezone": "Asia/Ho_Chi_Minh", "time": "12:00",
                        "target_timezone": "UTC",
                    ])
                #expect(text.contains("T05:00:00+00:00"))
                let failure = try await servers.failure(
                    "time__convert_time",
                    ["source_timezone": "Nowhere", "time": "12:00", "target_timezone": "UTC"])
                #expect(failure.message.contains("Nowhere"))
            }
        }

        @Test("The git server of the package index answers")
        func git() async throws {
            try await MCPFixture.withFolder { folder in
                _ = try await Subprocess.run(
                    .name("git"), arguments: ["init", "-q", "-b", "trunk", folder],
                    output: .discarded, error: .discarded)
                let command = CommandTemplate([
                    try MCPFixture.program("mcp-server-git"), "--repository", folder,
                ])
                var definition = MCPServerDefinition(name: "git", transport: .stdio(command))
                definition.connectTimeout = MCPFixture.patience
                try await withMCPServers([definition]) { servers in
                    #expect(try servers.tool("git__git_reset").definition.effect == .irreversible)
                    let text = try await servers.call(
                        "git__git_status", ["repo_path": .string(folder)])
                    #expect(text.contains("trunk"))
                }
            }
        }

        private func wait(forLines count: Int, in note: String) async {
            while true {
                let text = (try? String(contentsOfFile: note, encoding: .utf8)) ?? ""
                if text.split(separator: "\n").count >= count { return }
                await letOthersWork()
            }
        }
    }
#endif
