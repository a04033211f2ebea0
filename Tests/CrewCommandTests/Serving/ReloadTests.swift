import CrewKit
import Foundation
import Testing

@Suite("Crews that are read again while they are served", .timeLimit(.minutes(2)))
struct ReloadTests {
    /// A crew with a server of tools that writes to a file of that name when it ends.
    private func write(_ crew: KeptCrew, server: String, reply: String) throws {
        try crew.write(
            "server.sh",
            #"""
            while read -r line; do
              id=$(printf %s "$line" | sed -n 's/.*"id":\([^,}]*\).*/\1/p')
              case $line in
                *'"initialize"'*) result='{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"t","version":"1"}}' ;;
                *'"tools/list"'*) result='{"tools":[]}' ;;
                *) continue ;;
              esac
              printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$result"
            done
            echo ended > "$1"
            """#)
        try crew.write(
            "crew.yaml",
            """
            version: "1.0"
            name: kept
            entry_point: a
            agents: [a]
            mcp_servers:
              t: {command: [sh, \(crew.folder)/server.sh, \(crew.folder)/\(server)], required: true}
            tools:
              Pay: {description: Pays., command: ['true']}
              Wait:
                description: Waits until the gate is opened.
                command: [cat, gate]
                working_directory: .
                timeout_seconds: 60
            settings: {tool_result_timeout_seconds: 60}
            """)
        try crew.write(
            "script.yaml",
            """
            rules:
              - {after_tool: Wait, reply: '\(reply)'}
              - {user_matches: wait, reply: {text: waiting, tool_calls: [{name: Wait}]}}
              - {reply: '\(reply)'}
            """)
    }

    @Test("A run under way keeps its version, whose servers end after it; a bad version is refused")
    func watched() async throws {
        let crew = try KeptCrew()
        try write(crew, server: "first", reply: "old words")
        try crew.closeGate()
        try await ServedCrew.serving(URL(filePath: crew.folder), "--watch") { served in
            let slow = try await served.start("wait")
            while try await !served.text(of: "/v1/runs/\(slow)/events").contains("tool_started") {}
            let digest = try await served.crew()["digest"]
            try write(crew, server: "second", reply: "new words")
            while try await served.crew()["digest"] == digest {}
            #expect(try await served.answer("hello") == "new words")
            #expect(!FileManager.default.fileExists(atPath: "\(crew.folder)/first"))

            try crew.write("crew.yaml", "name: kept\nagents: [a]\nentry_point: nobody\n")
            while try await served.crew()["state"]?.string != "outdated" {}
            let problem = try await served.crew()["reload_problem"]?["message"]?.string
            #expect(problem?.contains("crew.yaml:3:14: error") == true, "\(problem ?? "")")
            #expect(try await served.answer("hello") == "new words")

            try crew.openGate()
            while try await served.document("/v1/runs/\(slow)")["status"]?.string != "ended" {}
            let text = try await served.document("/v1/runs/\(slow)")["result"]?["text"]?.string
            #expect(text == "old words")
            while !FileManager.default.fileExists(atPath: "\(crew.folder)/first") {
                await Task.yield()
            }
            #expect(!FileManager.default.fileExists(atPath: "\(crew.folder)/second"))
        }
    }

    @Test("SIGHUP reads all crews again; a version whose server does not start is refused")
    func hangup() async throws {
        let crew = try KeptCrew()
        try write(crew, server: "first", reply: "old words")
        try await ServedCrew.serving(URL(filePath: crew.folder)) { served in
            let loaded = try await served.crew()["loaded_at"]
            try write(crew, server: "second", reply: "new words")
            try crew.write("server.sh", "exit 1")
            kill(served.process, SIGHUP)
            while try await served.crew()["state"]?.string != "outdated" {}
            #expect(try await served.answer("hello") == "old words")
            #expect(try await served.crew()["loaded_at"] == loaded)

            try write(crew, server: "second", reply: "new words")
            kill(served.process, SIGHUP)
            while try await served.crew()["state"]?.string != "current" {}
            #expect(try await served.answer("hello") == "new words")
        }
    }

    @Test("Several folders are served together; two of one name are refused")
    func several() async throws {
        let (one, two) = (try KeptCrew(name: "one"), try KeptCrew(name: "two"))
        try await ServedCrew.serving(URL(filePath: one.folder), two.folder) { served in
            let all = try await served.document("/v1/crews")["crews"]?.array ?? []
            #expect(all.map { $0["name"]?.string } == ["one", "two"])
            let id = try #require(all.last?["id"]?.string)
            let run = try await served.document(
                "/v1/crews/\(id)/runs", body: #"{"input":"hello"}"#, waits: true)
            #expect(run["crew"]?.string == "two" && run["status"]?.string == "ended")
        }
        let other = try KeptCrew(name: "one")
        let refused = try await Product.run(
            "serve", one.folder, other.folder, "--port", "0", "--scripted", "--store", "memory")
        #expect(refused.code != 0 && refused.errors.contains("two crews"), "\(refused.errors)")
    }
}
