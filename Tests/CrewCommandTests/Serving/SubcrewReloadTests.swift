import CrewKit
import Foundation
import Testing

@Suite("Sub-crews that a new version does not ask", .timeLimit(.minutes(2)))
struct SubcrewReloadTests {
    private let asking: KeptCrew
    private let asked: KeptCrew

    init() throws {
        asking = try KeptCrew(name: "asking")
        asked = try KeptCrew(name: "asked")
        try asking.write(
            "script.yaml",
            """
            rules:
              - {after_tool: helper, reply: 'it says: {{tool_output}}'}
              - {after_tool: Wait, reply: {tool_calls: [{name: helper, arguments: {input: wait}}]}}
              - {user_matches: wait, reply: {text: waiting, tool_calls: [{name: Wait}]}}
              - {user_matches: ask, reply: {tool_calls: [{name: helper, arguments: {input: hi}}]}}
              - {reply: hello}
            """)
        try write(isAsking: true)
    }

    private func write(isAsking: Bool) throws {
        let subcrews =
            isAsking ? "sub_crews: {helper: {path: \(asked.folder), description: Helps.}}" : ""
        try asking.write(
            "crew.yaml",
            """
            version: "1.0"
            name: asking
            entry_point: a
            agents: [a]
            \(subcrews)
            tools:
              Wait:
                description: Waits until the gate is opened.
                command: [cat, gate]
                working_directory: .
                timeout_seconds: 60
            settings: {tool_result_timeout_seconds: 60}
            """)
        try asking.write(
            "agents/a.yaml",
            """
            id: a
            name: Ana
            role: helper
            system_prompt: Help.
            primary: {model: m, provider: scripted}
            tools: [Wait\(isAsking ? ", helper" : "")]
            """)
    }

    /// Reads all crews again, and waits until the version is another one.
    private func reload(_ served: ServedCrew, isAsking: Bool) async throws {
        let digest = try await served.crew()["digest"]
        try write(isAsking: isAsking)
        kill(served.process, SIGHUP)
        while try await served.crew()["digest"] == digest {}
    }

    @Test(
        "One stays for the runs that ask it, is taken up again when asked again, and ends after them"
    )
    func staysAsLongAsAsked() async throws {
        try asking.closeGate()
        try asked.closeGate()
        try await ServedCrew.serving(URL(filePath: asking.folder)) { served in
            let slow = try await served.start("wait")
            while try await !served.text(of: "/v1/runs/\(slow)/events").contains("tool_started") {}
            try await reload(served, isAsking: false)
            // Nothing of the sub-crew is under way; the run under way asks it only now.
            try asking.openGate()
            while try await !served.text(of: "/v1/runs/\(slow)/events")
                .contains("subrun_progressed")
            {}
            try await reload(served, isAsking: true)
            #expect(try await served.crew()["state"]?.string == "current")
            #expect(try await served.answer("ask")?.hasPrefix("it says: you said hi") == true)

            try await reload(served, isAsking: false)
            try asked.openGate()
            while try await served.document("/v1/runs/\(slow)")["status"]?.string != "ended" {}
            let text = try await served.document("/v1/runs/\(slow)")["result"]?["text"]?.string
            #expect(text == "it says: the gate says: open")
            while try !served.log.contains("crew 'asked' is let go of") { await Task.yield() }

            try await reload(served, isAsking: true)
            #expect(try await served.answer("ask")?.hasPrefix("it says: you said hi") == true)
        }
    }
}

@Suite("Secrets of crews that are read again", .timeLimit(.minutes(2)))
struct SecretReloadTests {
    @Test("A secret file that changes is read again, and neither log nor state tells what is in it")
    func rotated() async throws {
        let crew = try KeptCrew()
        let server: @Sendable (String) -> String = { end in
            #"""
            echo "server has $TOKEN" >&2
            \#(end)
            while read -r line; do
              id=$(printf %s "$line" | sed -n 's/.*"id":\([^,}]*\).*/\1/p')
              case $line in
                *'"initialize"'*) result='{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"t","version":"1"}}' ;;
                *'"tools/list"'*) result='{"tools":[]}' ;;
                *) continue ;;
              esac
              printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$result"
            done
            """#
        }
        try crew.write("server.sh", server(""))
        try crew.write("token", "first-secret-words\n")
        try crew.write(
            "crew.yaml",
            """
            version: "1.0"
            name: kept
            entry_point: a
            agents: [a]
            mcp_servers:
              t:
                command: [sh, \(crew.folder)/server.sh]
                environment: {TOKEN: "${file:token}"}
                required: true
            """)
        let agent = try String(contentsOfFile: "\(crew.folder)/agents/a.yaml", encoding: .utf8)
        try crew.write("agents/a.yaml", agent.replacing("tools: [Pay, Wait]", with: "tools: []"))
        try await ServedCrew.serving(URL(filePath: crew.folder), "--watch") { served in
            let loaded = try await served.crew()["loaded_at"]
            try crew.write("token", "second-secret-words\n")
            while try await served.crew()["loaded_at"] == loaded {}

            try crew.write("server.sh", server("exit 1"))
            try crew.write("token", "third-secret-words\n")
            while try await served.crew()["state"]?.string != "outdated" {}
            let told = try await served.text(of: "/v1/crews") + served.text(of: "/health")
            let log = try served.log
            #expect(log.contains("server has <redacted>"), "\(log)")
            #expect(!(told + log).contains("secret-words"), "\(told)\n\(log)")
        }
    }
}
