import CrewKit
import Foundation
import Testing

@Suite("crew tools")
struct ToolsCommandTests {
    @Test("The list tells of every tool where it is from, where it runs, what it does and takes")
    func list() async throws {
        let crew = try ToolCrew()
        let listed = try await Product.run("tools", crew.folder)
        #expect(listed.code == 0 && listed.errors.isEmpty)
        for part in [
            "Echo  (read, as a program, command: printf)",
            "- times (integer, optional, default 1)", "- text (string, required): what to say",
            "Pay  (irreversible, as a program, command: echo, asks for permission)",
            "Ask  (write, in process, agent:expert)", "Research  (write, in process, crew:inner)",
            "used by boss", "no agent of the crew uses:",
            "GetDiskSpace  (read, in a worker, built in",
        ] { #expect(listed.output.contains(part), "\(part)") }
        let json = try await Product.run("tools", crew.folder, "--json")
        let tools = try json.output.split(separator: "\n").map {
            try JSONValue(parsing: String($0))
        }
        let echo = try #require(tools.first { $0["name"] == "Echo" })
        #expect(echo["parameters"]?["required"] == ["text"] && echo["agents"] == ["boss"])
    }

    @Test("A call's arguments are checked and converted as an agent's are")
    func call() async throws {
        let crew = try ToolCrew()
        let good = try await Product.run(
            "tools", crew.folder, "call", "Echo", "--arg", "text=7", "--arg", "times=3")
        #expect(good.code == 0 && good.output == "7-3\n")
        let whole = try await Product.run(
            "tools", crew.folder, "call", "Echo", "--arguments", #"{"text": "a=b", "times": "2"}"#)
        #expect(whole.output == "a=b-2\n")
        let bad = try await Product.run(
            "tools", crew.folder, "call", "Echo", "--arg", "times=10")
        #expect(bad.code == 1 && bad.errors.contains("error (parameter)"))
        #expect(bad.output.contains("'text'") && bad.output.contains("'times'"))
        let long = try await Product.run("tools", crew.folder, "call", "Long")
        #expect(long.code == 0 && long.output.hasSuffix("4999\n5000\n"), "all of it is shown")
    }

    @Test("A tool of this program runs in a worker, which is gone with the command")
    func worker() async throws {
        let crew = try ToolCrew()
        let told = try await Product.run(
            "tools", crew.folder, "call", "GetSystemInfo", "--json")
        #expect(told.code == 0)
        #expect(try JSONValue(parsing: told.output)["status"] == "success")
    }

    @Test("What asks for permission is not done without it")
    func permission() async throws {
        let crew = try ToolCrew()
        let refused = try await Product.run("tools", crew.folder, "call", "Pay")
        #expect(refused.code == 1 && refused.errors.contains("--yes gives it"))
        let allowed = try await Product.run("tools", crew.folder, "call", "Pay", "--yes")
        #expect(allowed.code == 0 && allowed.output == "paid\n")
    }

    @Test("An agent and another crew are asked as by an agent")
    func asking() async throws {
        let crew = try ToolCrew()
        let agent = try await Product.run(
            "tools", crew.folder, "call", "Ask", "--arg", "input=why")
        #expect(agent.code == 0 && agent.output == "forty-two\n")
        let other = try await Product.run(
            "tools", crew.folder, "call", "Research", "--arg", "input=why")
        #expect(other.code == 0 && other.output == "all is found\n")
    }

    @Test("A run shows what happens in the crew that it asks")
    func subrun() async throws {
        let crew = try ToolCrew()
        let told = try await Product.run("run", crew.folder, "research it", "--json")
        #expect(told.code == 0)
        let events = try told.output.split(separator: "\n").map {
            try JSONValue(parsing: String($0))
        }
        let inner = events.filter { $0["type"] == "subrun_progressed" }.compactMap {
            $0["event"]?["type"]?.string
        }
        #expect(inner.first == "run_started" && inner.last == "run_ended")
        #expect(inner.contains("handed_off"))
        let text = try await Product.run("run", crew.folder, "research it")
        #expect(text.output.contains("they say all is found"))
    }

    @Test(
        "Wrong usage is told, and nothing is called",
        arguments: [
            (["call"], "the name of one tool"), (["list"], "the name of one tool"),
            (["call", "Echo", "--arg", "text"], "NAME=VALUE"),
            (["call", "Echo", "--arguments", "[1]"], "JSON object"),
            (["--arg", "a=b"], "arguments are for a call"),
        ])
    func usage(words: [String], says: String) async throws {
        let crew = try ToolCrew()
        let told = try await Product.run(list: ["tools", crew.folder] + words)
        #expect(told.code == 64 && told.errors.contains(says))
    }

    @Test("A tool that does not exist is named with the one that may be meant")
    func unknown() async throws {
        let crew = try ToolCrew()
        let told = try await Product.run("tools", crew.folder, "call", "Ehco")
        #expect(told.code == 1 && told.output.contains("did you mean 'Echo'"))
    }
}
