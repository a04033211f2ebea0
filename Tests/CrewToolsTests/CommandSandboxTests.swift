import CrewKit
import CrewTesting
import FoundationEssentials
import Testing

@testable import CrewTools

@Suite("Sandboxed commands")
struct CommandSandboxTests {
    private static func works() async -> Bool {
        do { return try await Bubblewrap.problem() == nil } catch { return false }
    }

    private func tool(
        _ script: String, limits: ResourceLimits = ResourceLimits(),
        change: (inout CommandTemplate) -> Void = { _ in }
    ) throws -> CommandTool {
        var template = CommandTemplate(["sh", "-c", script], limits: limits, sandbox: .bubblewrap)
        change(&template)
        return try CommandTool(
            DeclaredTool(name: "T", description: "", work: .command(template)),
            timeout: .seconds(600))
    }

    @Test(
        "The program sees no network and no process, and writes nowhere but in its folder",
        .enabled("bubblewrap works here") { await Self.works() })
    func isolation() async throws {
        let script = """
            touch mine && echo folder
            touch /usr/x 2>/dev/null || echo read-only
            touch /tmp/x && echo private
            ls -A /run
            grep -c : /proc/net/dev
            ls -d /proc/[0-9]* | wc -l
            """
        let lines = try await tool(script).call(.test()).split(separator: "\n")
        #expect(lines.prefix(3) == ["folder", "read-only", "private"])
        #expect(lines[3] == "1", "only the loopback interface")
        #expect(try #require(Int(lines[4])) < 8)
        #expect(!FileManager.default.fileExists(atPath: "/tmp/x"))
    }

    @Test(
        "A sandboxed program keeps its limits and its exit code",
        .enabled("bubblewrap works here") { await Self.works() })
    func limits() async throws {
        let tool = try tool("ulimit -n; exit 3", limits: ResourceLimits(openFiles: 33))
        let failure = await #expect(throws: ToolFailure.self) { try await tool.call(.test()) }
        #expect(failure?.message == "'sh' failed with exit code 3:\n33")
    }

    @Test(
        "Even a descendant with a session of its own ends with its sandbox",
        .enabled("bubblewrap works here") { await Self.works() })
    func descendants() async throws {
        try await WorkFolder.with { folder in
            // The file is locked for as long as the descendant lives.
            let script = "setsid flock lock sleep 1000 & while flock -n lock true; do :; done; pwd"
            _ = try await tool(script) { $0.workingDirectory = folder }.call(.test())
            let wait = try CommandTool(
                DeclaredTool(
                    name: "T", description: "",
                    work: .command(CommandTemplate(["flock", "\(folder)/lock", "echo", "gone"]))),
                timeout: .seconds(600))
            let text = try await wait.call(.test())
            #expect(text == "gone\n")
        }
    }

    @Test("A missing bwrap says what to do, before anything is started")
    func missing() async throws {
        let tool = try tool("true") { $0.environment["PATH"] = "/no/such/folder" }
        let failure = await #expect(throws: ToolFailure.self) { try await tool.call(.test()) }
        #expect(failure?.kind == .notFound)
        #expect(failure?.isWithoutEffect == true)
        let direct = #expect(throws: ToolFailure.self) {
            try Bubblewrap.command(around: ["/bin/true"], folder: "/", path: "/no/such/folder")
        }
        #expect(direct?.message.contains("bwrap, which is not installed") == true)
    }
}
