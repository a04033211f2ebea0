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
}
