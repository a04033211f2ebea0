import CrewKit
import Testing

@testable import CrewTools

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("System tools")
struct SystemToolsTests {
    private func tool(_ name: ToolName, allowed: [String] = []) throws -> any Tool {
        let tools = SystemTools.all(allowedCommands: allowed)
        return try #require(tools.first { $0.definition.name == name })
    }

    private func error(_ tool: any Tool, _ arguments: JSONObject) async -> CrewError? {
        await #expect(throws: CrewError.self) { try await tool.call(.test(arguments)) }
    }

    @Test("All thirteen are there, with the original's names and parameters")
    func table() throws {
        let tools = SystemTools.all().map(\.definition)
        let parameters = tools.map { tool in
            "\(tool.name)(\((tool.parameters["properties"]?.object?.keys ?? []).joined(separator: ", ")))"
        }
        #expect(
            parameters == [
                "GetCPUUsage()", "GetMemoryUsage()", "GetDiskSpace(path)", "GetSystemInfo()",
                "GetRunningProcesses(count)", "PingHost(host, count)",
                "CheckServiceStatus(service)", "ResolveDNS(hostname)", "CheckMemoryStatus()",
                "CheckDiskStatus(path)", "CheckNetworkStatus(host, count)",
                "ExecuteCommand(command)", "GetSystemDiagnostics()",
            ])
        for tool in tools {
            #expect(tool.effect == (tool.name == "ExecuteCommand" ? .write : .read))
            #expect(!tool.description.isEmpty)
        }
    }

    @Test("Tools with a limit of their own are given a little longer, the others the crew's time")
    func timeouts() {
        var timeouts: [ToolName: Duration] = [:]
        for tool in SystemTools.all() {
            timeouts[tool.definition.name] = tool.definition.timeout
        }
        var expected: [ToolName: Duration] = [
            "PingHost": .seconds(18), "CheckNetworkStatus": .seconds(18),
            "ResolveDNS": .seconds(12), "CheckServiceStatus": .seconds(12),
            "ExecuteCommand": .seconds(62),
        ]
        #if os(macOS)
            expected["GetCPUUsage"] = .seconds(17)
            expected["GetMemoryUsage"] = .seconds(12)
            expected["CheckMemoryStatus"] = .seconds(12)
            expected["GetSystemDiagnostics"] = .seconds(27)
            expected["GetRunningProcesses"] = .seconds(12)
        #endif
        #expect(timeouts == expected)
    }

    @Test("The measuring tools measure this machine")
    func measuring() async throws {
        #expect(try await tool("GetCPUUsage").call(.test()).contains("%"))
        #expect(try await tool("GetMemoryUsage").call(.test()).hasPrefix("Memory: "))
        #expect(try await tool("CheckMemoryStatus").call(.test()).contains("Available: "))
        #expect(try await tool("GetDiskSpace").call(.test()).hasPrefix("Disk of /: "))
        #expect(try await tool("CheckDiskStatus").call(.test(["path": "/tmp"])).contains("Files: "))
        #expect(try await tool("GetSystemInfo").call(.test()).contains("Architecture: "))
        let all = try await tool("GetSystemDiagnostics").call(.test())
        for word in ["Kernel", "CPU usage", "Memory", "Disk"] { #expect(all.contains(word)) }
    }

    @Test("A disk that is not there is an error with the reason")
    func missingDisk() async throws {
        let message = await error(try tool("GetDiskSpace"), ["path": "/no/such/folder"])?.message
        #expect(
            message
                == "the disk of '/no/such/folder' cannot be looked at: No such file or directory")
    }

    @Test("Processes are listed up to the count, which is brought into its range")
    func processes() async throws {
        func rows(_ count: JSONValue) async throws -> Int {
            let table = try await tool("GetRunningProcesses").call(.test(["count": count]))
            return table.split(separator: "\n").count - 2
        }
        #expect(try await rows("1") == 1)
        #expect(try await rows(-3) == 1)
        #expect(try await rows(1_000_000) <= 50)
        #expect(
            await error(try tool("GetRunningProcesses"), ["count": "5; id"])?.code
                == .toolRejectedArguments)
    }

    @Test(
        "Names that are none never reach a program",
        arguments: [
            "-f", "--help", "a b", "a;id", "$(id)", "`id`", "a|b", "a\nb", "", "a/b", "a'b", "hôte",
            "a\0", String(repeating: "a", count: 300), "a\n",
        ])
    func badNames(name: String) async throws {
        for host in ["PingHost", "CheckNetworkStatus"] {
            let failure = await error(try tool(ToolName(host)), ["host": .string(name)])
            #expect(failure?.code == .toolRejectedArguments)
        }
        let dns = await error(try tool("ResolveDNS"), ["hostname": .string(name)])
        #expect(dns?.code == .toolRejectedArguments)
        if name.utf8.count < 300 {
            let service = await error(try tool("CheckServiceStatus"), ["service": .string(name)])
            #expect(service?.code == .toolRejectedArguments)
        }
    }

    @Test("Names and addresses of all kinds pass")
    func goodNames() throws {
        let pattern = try Regex(HostName.pattern)
        for name in ["localhost", "10.0.0.1", "::1", "fe80::1%eth0", "a-b.example", "_srv.x", "1"] {
            #expect(name.wholeMatch(of: pattern) != nil)
        }
    }

    @Test("This machine has an address, a name that cannot exist has none")
    func resolve() async throws {
        let text = try await tool("ResolveDNS").call(.test(["hostname": "localhost"]))
        #expect(text.contains("127.0.0.1") || text.contains("::1"))
        let numeric = try await tool("ResolveDNS").call(.test(["hostname": "10.1.2.3"]))
        #expect(numeric == "10.1.2.3 has 1 address(es):\n10.1.2.3")
    }

    @Test("Ping tells of this machine or says why not")
    func ping() async throws {
        do {
            let text = try await tool("PingHost").call(.test(["host": "127.0.0.1", "count": "1"]))
            #expect(text.contains("127.0.0.1"))
        } catch {
            // It may not be installed, and sandboxes may forbid raw sockets.
            #expect(ToolFailure(error).kind != .parameter)
        }
    }

    @Test("A service that nobody knows does not run")
    func unknownService() async throws {
        let text = try await tool("CheckServiceStatus").call(.test(["service": "no-such-service"]))
        #expect(text.hasPrefix("Service no-such-service: NOT running"))
    }

    @Test("Without a list no command runs, and the message names the key")
    func emptyList() async throws {
        let failure = await error(try tool("ExecuteCommand"), ["command": "echo x"])
        #expect(failure?.code == .toolNotAllowed)
        #expect(failure?.message.contains("tools.ExecuteCommand.allow") == true)
    }

    @Test("A listed program runs with its arguments as they are")
    func listed() async throws {
        let echo = try tool("ExecuteCommand", allowed: ["echo", "cat"])
        #expect(try await echo.call(.test(["command": "echo 'a  b' *"])) == "a  b *\n")
        let failure = await #expect(throws: ToolFailure.self) {
            try await echo.call(.test(["command": "cat /no/such/file"]))
        }
        #expect(failure?.message.contains("exit code 1") == true)
    }

    @Test(
        "Nothing gets around the list",
        arguments: [
            "id", "/bin/echo x", "./echo", "echo x; id", "echo $(id)", "echo x | sh", "''", " ",
            "e'c'hoo", "echo\nid", "echo`id`", "-echo", "ECHO x",
        ])
    func notListed(command: String) async throws {
        let failure = await error(
            try tool("ExecuteCommand", allowed: ["echo"]), ["command": .string(command)])
        #expect([.toolNotAllowed, .toolRejectedArguments].contains(failure?.code))
    }
}
