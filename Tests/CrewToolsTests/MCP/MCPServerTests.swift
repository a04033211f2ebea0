import CrewKit
import CrewTesting
import FoundationEssentials
import Synchronization
import Testing

@testable import CrewTools

@Suite("MCP servers, real ones, over both transports and in both eras", .serialized)
struct MCPServerTests {
    typealias Setup = MCPFixture.Setup

    @Test(
        "Its tools are listed and called, and all they answer is understood",
        arguments: Setup.allCases)
    func call(setup: Setup) async throws {
        try await MCPFixture.withServer(setup) { servers, _ in
            try await checkList(servers, isModern: setup.generation == "modern")
            try await checkStructured(servers)
            try await checkPicture(servers)
            try await checkToolError(servers)
            try await checkProgress(servers)
            try await checkHuge(servers)
        }
    }

    /// Its tools are listed and called.
    private func checkList(_ servers: MCPServers, isModern: Bool) async throws {
        let report = try #require(servers.reports.first)
        #expect(report.version == (isModern ? "2026-07-28" : "2025-11-25"))
        let definition = try servers.tool("tests__add").definition
        #expect(definition.description == "Adds two numbers.")
        #expect(definition.effect == .write)
        #expect(definition.isolation == .inProcess)
        #expect(definition.source == "mcp:tests")
        #expect(definition.parameters["properties"]?["a"]?["type"] == "integer")
        #expect(try await servers.call("tests__add", ["a": 2, "b": 3]) == "5")
    }

    /// Structured content is text, once.
    private func checkStructured(_ servers: MCPServers) async throws {
        let text = try await servers.call("tests__facts", ["city": "Huế"])
        #expect(try JSONValue(parsing: text) == ["city": "Huế", "people": 9])
    }

    /// Pictures are kept as artifacts and named in the text.
    private func checkPicture(_ servers: MCPServers) async throws {
        let kept = Mutex<[String: Int]>([:])
        let artifacts = RunArtifacts(
            save: { bytes, name, type in kept.withLock { $0["\(name) \(type)"] = bytes.count }
            },
            read: { _ in nil })
        let text = try await servers.call("tests__picture", artifacts: artifacts)
        let name = "tests-c1-\(MCPToolName.hash(of: "k"))-2.png"
        #expect(
            text == "Here it is:\n[image, image/png, 28 bytes, kept as the artifact '\(name)']")
        #expect(kept.withLock { $0 } == ["\(name) image/png": 28])
        let without = try await servers.call("tests__picture")
        #expect(without.hasSuffix("28 bytes, not kept]"))
    }

    /// What a tool says of its failure reaches the model.
    private func checkToolError(_ servers: MCPServers) async throws {
        let failure = try await servers.failure("tests__fail")
        #expect(failure.kind == .commandFailed)
        #expect(failure.message.contains("Error executing tool fail"))
        #expect(try await servers.call("tests__add", ["a": 2, "b": 3]) == "5")
    }

    /// Progress is reported.
    private func checkProgress(_ servers: MCPServers) async throws {
        let seen = Mutex<[ToolReports.Progress]>([])
        let reports = ToolReports(progress: { report in seen.withLock { $0.append(report) } })
        let text = try await servers.call("tests__steps", reports: reports)
        #expect(text == "done")
        let expected = (1...3).map {
            ToolReports.Progress(done: Double($0), total: 3, message: "step \($0)")
        }
        #expect(seen.withLock { $0 } == expected)
    }

    /// A huge answer comes whole; one beyond the bound fails alone.
    private func checkHuge(_ servers: MCPServers) async throws {
        let text = try await servers.call("tests__huge", ["count": 3_000_000])
        #expect(text.utf8.count == 3_000_000)
        let failure = try await servers.failure("tests__huge", ["count": 17_000_000])
        #expect(failure.kind == .parse)
        #expect(failure.message.contains("more than 16777216 bytes"))
        #expect(try await servers.call("tests__add", ["a": 2, "b": 3]) == "5")
    }

    @Test("A cancelled call is cancelled at the server", arguments: Setup.allCases)
    func cancelled(setup: Setup) async throws {
        try await MCPFixture.withServer(setup) { servers, note in
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await servers.call("tests__hang") }
                    group.addTask { try await FileClock(path: note).waitForLine() }
                    try await group.next()
                    group.cancelAll()
                    try await group.next()
                }
            }
            try await waitForLine("cancelled", in: note)
            #expect(try await servers.call("tests__add", ["a": 2, "b": 3]) == "5")
        }
    }

    @Test("A call that hangs times out, and the server goes on", arguments: Setup.allCases)
    func timeout(setup: Setup) async throws {
        let clock = ManualClock()
        try await MCPFixture.withServer(setup, clock: clock) {
            $0.callTimeout = .seconds(3)
        } _: { servers, note in
            #expect(try servers.tool("tests__hang").definition.timeout == .seconds(5))
            let failure = try await withThrowingTaskGroup(of: ToolFailure?.self) { group in
                group.addTask { try await servers.failure("tests__hang") }
                group.addTask {
                    try await FileClock(path: note).waitForLine()
                    return nil
                }
                _ = try await group.next()
                await clock.waitForSleepers(of: .seconds(3))
                clock.advance(by: .seconds(3))
                return try await group.next() ?? nil
            }
            #expect(failure?.kind == .timeout)
            #expect(failure?.message.contains("did not answer within 3.0 seconds") == true)
            try await waitForLine("cancelled", in: note)
            let sum = try await servers.call("tests__add", ["a": 2, "b": 3])
            #expect(sum == "5")
        }
    }

    @Test("New tools are offered once the server tells of them", arguments: Setup.allCases)
    func listChanged(setup: Setup) async throws {
        try await MCPFixture.withServer(setup) { servers, _ in
            let count = servers.tools.count
            let text = try await servers.call("tests__grow")
            #expect(text == "grown")
            await servers.wait { $0.toolCount > count }
            #expect(try await servers.call("tests__grown") == "I am new")
        }
    }

    @Test(
        "A server that dies in mid-call fails it, and is not there any more",
        arguments: [Setup.modernHTTP, .legacyHTTP])
    func death(setup: Setup) async throws {
        try await MCPFixture.withServer(setup) { servers, _ in
            let failure = try await servers.failure("tests__die", ["code": 7])
            #expect(failure.kind == .crashed)
            #expect(!failure.isWithoutEffect)
            await servers.wait { $0.problem == "refused the connection" }
            let next = try await servers.failure("tests__add", ["a": 2, "b": 3])
            #expect(next.kind == .unavailable)
            #expect(next.isWithoutEffect)
        }
    }

    private func waitForLine(_ line: String, in note: String) async throws {
        while try !String(contentsOfFile: note, encoding: .utf8).contains(line + "\n") {
            await letOthersWork()
        }
    }
}
