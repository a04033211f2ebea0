import CrewKit
import CrewTesting
import FoundationEssentials
import Testing

@testable import CrewTools

@Suite("MCP servers that behave oddly", .serialized)
struct MCPOddServerTests {
    private static let script = MCPFixture.script.replacing("server.py", with: "odd.py")

    /// Runs a body beside the connection to an odd server, which need not be connected yet.
    private func withServer(
        _ way: String, clock: ManualClock = ManualClock(),
        _ body: @escaping @Sendable (MCPServers, ManualClock, _ note: String) async throws -> Void
    ) async throws {
        try await MCPFixture.withFolder { folder in
            let note = folder + "/note"
            let command = CommandTemplate([
                try MCPFixture.program("python"), Self.script, way, note,
            ])
            let definition = MCPServerDefinition(name: "s", transport: .stdio(command))
            let connection = MCPConnection(
                definition, toolTimeout: .seconds(30), clock: clock, log: { _ in },
                transport: { inbox in
                    StdioTransport(
                        process: StdioServerProcess(command: command, clock: clock), inbox: inbox)
                })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await connection.run() }
                let servers = MCPServers([connection])
                try await body(servers, clock, note)
                connection.stop()
            }
        }
    }

    private func methods(_ note: String) throws -> [String] {
        try String(contentsOfFile: note, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test("A server of the older era is told by any error to the first question")
    func old() async throws {
        try await withServer("old") { servers, _, note in
            await servers.wait { $0.version == "2024-11-05" }
            let text = try await servers.call("s__t")
            #expect(text == "ok")
            let expected = [
                "server/discover", "initialize", "notifications/initialized", "tools/list",
                "tools/call",
            ]
            #expect(try methods(note) == expected)
        }
    }

    @Test("A server that is silent at first is taken for one of the older era")
    func mute() async throws {
        try await withServer("mute") { servers, clock, note in
            await clock.waitForSleepers(of: .seconds(5))
            try await FileClock(path: note).waitForLine()
            clock.advance(by: .seconds(5))
            await servers.wait { $0.version == "2024-11-05" }
            let text = try await servers.call("s__t")
            #expect(text == "ok")
        }
    }

    @Test("A server of the newer era that was slow to start is asked again")
    func late() async throws {
        try await withServer("late") { servers, clock, note in
            await clock.waitForSleepers(of: .seconds(5))
            try await FileClock(path: note).waitForLine()
            clock.advance(by: .seconds(5))
            await servers.wait { $0.version == "2026-07-28" }
            let text = try await servers.call("s__t")
            #expect(text == "ok")
        }
    }

    @Test("A server that dies of the first question is spoken to in the older way the next time")
    func dies() async throws {
        try await withServer("dies") { servers, clock, _ in
            await clock.waitForSleepers(of: .milliseconds(500))
            #expect(servers.reports[0].problem?.contains("ended with exit code 3") == true)
            clock.advance(by: .milliseconds(500))
            await servers.wait { $0.version == "2024-11-05" }
        }
    }

    @Test("Questions of a server are answered: a ping with nothing, all others with an error")
    func asks() async throws {
        try await withServer("asks") { servers, _, _ in
            await servers.wait { $0.version != nil }
            let text = try await servers.call("s__t")
            let answers = try JSONValue(parsing: text).array ?? []
            #expect(answers.first == ["id": "p", "result": [:]])
            #expect(answers.last?["id"] == 7)
            #expect(answers.last?["error"]?["code"] == -32601)
        }
    }

    @Test("A server that hangs is found out after a call timed out, killed, and started again")
    func hangs() async throws {
        try await withServer("hangs") { servers, clock, _ in
            await servers.wait { $0.version != nil }
            let failure = try await withThrowingTaskGroup(of: ToolFailure.self) { group in
                group.addTask { try await servers.failure("s__t") }
                await clock.waitForSleepers(of: .seconds(30))
                clock.advance(by: .seconds(30))
                return try #require(try await group.next())
            }
            #expect(failure.kind == .timeout)
            // It is asked whether it is there, for as long as connecting may take.
            await clock.waitForSleepers(of: .seconds(20))
            clock.advance(by: .seconds(20))
            // The end of its input does not reach it; the request to end does.
            await clock.waitForSleepers(of: .seconds(2))
            clock.advance(by: .seconds(2))
            await clock.waitForSleepers(of: .milliseconds(500))
            #expect(servers.reports[0].problem == "does not answer any more")
            let meanwhile = try await servers.failure("s__t")
            #expect(meanwhile.kind == .unavailable)
            #expect(meanwhile.isWithoutEffect)
            clock.advance(by: .milliseconds(500))
            await servers.wait { $0.version != nil }
        }
    }

    @Test("A tool that wants an answer from a person fails and says so")
    func wants() async throws {
        try await withServer("wants") { servers, _, _ in
            await servers.wait { $0.version != nil }
            let failure = try await servers.failure("s__t")
            #expect(failure.kind == .parse)
            #expect(failure.message.contains("input_required"))
        }
    }
}
