import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Example crews")
struct ExampleCrewTests {
    private static let examples = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Examples")

    /// The tools that are built in, as the examples use them.
    private static let tools: Set<ToolName> = [
        "GetCPUUsage", "GetMemoryUsage", "GetDiskSpace", "GetSystemInfo", "GetRunningProcesses",
        "PingHost", "CheckServiceStatus", "ResolveDNS", "CheckMemoryStatus", "CheckDiskStatus",
        "CheckNetworkStatus", "ExecuteCommand", "GetSystemDiagnostics",
    ]

    @Test("An example loads with notes at most", arguments: ["it-support", "it-support-en"])
    func loads(_ name: String) throws {
        let folder = Self.examples.appendingPathComponent(name).path
        let loaded = try CrewFolder.load(folder, environment: [:])
        let odd = loaded.problems(tools: Self.tools).filter { $0.severity > .note }
        #expect(odd.map(\.description) == [])
        let crew = try loaded.validated(tools: Self.tools)
        #expect(crew.entryPoint == "orchestrator")
        #expect(crew.allAgents.map(\.definition.name) == ["My", "Ngân", "Trang"])
        let script = try #require(loaded.definition.script)
        #expect(script.rules.count > 10)
    }

    @Test("The example of conversation tools loads without a problem")
    func helloTools() throws {
        let tools: Set<ToolName> = [
            "GetMessageCount", "GetConversationSummary", "SearchMessages", "CountMessagesBy",
            "GetCurrentTime",
        ]
        let folder = Self.examples.appendingPathComponent("hello-tools").path
        let loaded = try CrewFolder.load(folder, environment: [:])
        #expect(loaded.problems(tools: tools) == [])
        #expect(try loaded.validated(tools: tools).agent("hello")?.tools.count == 5)
    }

    @Test("The tools that the reference shows load without a problem")
    func referenceTools() throws {
        let page = try String(
            contentsOf: Self.examples.deletingLastPathComponent()
                .appendingPathComponent("docs/configuration.md"), encoding: .utf8)
        let section = try #require(page.firstRange(of: "\n## Tools\n")).upperBound
        let block = try #require(page[section...].firstMatch(of: /```yaml\n((?:.|\n)*?)```/)).1
        let folder = try CrewFiles([
            "crew.yaml": "agents: [lawyer]\n" + block.replacing("../research", with: "research"),
            "agents/lawyer.yaml":
                "id: lawyer\nname: L\nprimary: {provider: scripted}\ntools: [Weather, time__now]",
        ])
        try FileManager.default.createDirectory(
            atPath: folder.path + "/research", withIntermediateDirectories: true)
        try folder.write("research/crew.yaml", Data("agents: [a]".utf8))
        let loaded = try folder.load(environment: ["WEATHER_KEY": "k"])
        #expect(loaded.problems(tools: []).withoutUnused == [])
        #expect(loaded.definition.tools.count == 5)
        #expect(loaded.definition.mcpServers.count == 1)
    }
}
