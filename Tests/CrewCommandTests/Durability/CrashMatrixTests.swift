import Foundation
import Testing

/// The server is killed again and again while it works a run in which all happens that a crash could
/// spoil; a client that reconnects sees the run as if nothing had been.
///
/// Bounded here: three runs, killed at every third event each, and one killed amid its tokens. With
/// `CREW_LONG_TESTS=1` there is one run for each event, killed at that one.
@Suite("Killed and started again", .serialized)
struct CrashMatrixTests {
    @Test("A run that is killed at every third event comes to its end", arguments: 0..<3)
    func everyThird(offset: Int) async throws {
        try await check { $0.id.map { $0 % 3 == offset } ?? false }
    }

    @Test("A run that is killed in the middle of its messages comes to its end")
    func amidTokens() async throws {
        try await check { $0.type == "token" && $0.data.contains("\"index\":2") }
    }

    @Test("A run that is killed once, at any of its events, comes to its end", .enabled(if: isLong))
    func everyEvent() async throws {
        let whole = try await check { _ in false }
        for id in 1...whole.count { try await check(mostKills: 1) { $0.id == id } }
    }

    private static let isLong = ProcessInfo.processInfo.environment["CREW_LONG_TESTS"] == "1"

    /// - Parameter kills: whether the server is to be killed when its client has seen this event.
    /// - Returns: the types of the run's events.
    @discardableResult
    private func check(
        mostKills: Int = 60, kills: @escaping @Sendable (MortalServer.Event) -> Bool
    ) async throws -> [String] {
        let crew = try CrashCrew()
        var client = ReconnectingClient(mostKills: mostKills, kills: kills)
        while !client.isOver {
            client = try await MortalServer.living(crew.folder, store: crew.store) {
                [client] server in
                var client = client
                try await client.live(with: server)
                return client
            }
        }
        #expect(client.ids == Array(1...client.ids.count), "every event exactly once, in order")
        #expect(client.text == "All is done [DONE]")
        #expect(client.outcome == "terminated")
        try checkEffects(of: client, crew)
        return client.types
    }

    /// What the tools did is what the log says that they did.
    private func checkEffects(of client: ReconnectingClient, _ crew: CrashCrew) throws {
        let effects = try crew.effects
        let calls = try client.calls()
        // a calls three tools, c and d one each.
        #expect(calls.count == 5)
        for call in calls {
            let count = effects[call.effect] ?? 0
            switch (call.tool, call.statuses) {
            case ("look", ["success"]): #expect(count >= 1, "\(call)")
            case (_, ["success"]): #expect(count == 1, "\(call)")
            // It was under way at a kill: done, or not, but never twice.
            case (_, ["unknown"]): #expect(count <= 1, "\(call)")
            default: Issue.record("\(call) has not exactly one result that may be")
            }
        }
        #expect(Set(effects.keys).isSubset(of: calls.map(\.effect)))
    }
}

/// A client that loses its server whenever it wants to, and goes on where it was.
private struct ReconnectingClient: Sendable {
    let mostKills: Int
    let kills: @Sendable (MortalServer.Event) -> Bool
    var run: String?
    var ids: [Int] = []
    var types: [String] = []
    /// The events themselves.
    var events: [String] = []
    var killCount = 0
    var text = ""
    var outcome = ""

    var isOver: Bool { !outcome.isEmpty }

    init(mostKills: Int, kills: @escaping @Sendable (MortalServer.Event) -> Bool) {
        self.mostKills = mostKills
        self.kills = kills
    }

    /// Returns when the server is to be killed or the run is over.
    mutating func live(with server: MortalServer) async throws {
        let known = try await server.post("/v1/runs", ["input": "go"], key: "only-one")
        #expect(run == nil || run == known.id, "a repeated request is the same run")
        run = known.id
        while true {
            if try await readEvents(of: known.id, from: server) { return }
            let state = try await server.run(known.id)
            switch (state.status, state.pause?.kind) {
            case ("ended", _):
                text = state.result?.text ?? ""
                outcome = state.outcome?.name ?? ""
                return
            case ("paused", "approval"): try await decide(state, server)
            case ("paused", _):
                _ = try await server.post("/v1/runs/\(known.id)/resume", ["input": "yes"])
            default: continue
            }
        }
    }

    /// - Returns: true when the server is to be killed now.
    private mutating func readEvents(
        of run: String, from server: MortalServer
    ) async throws -> Bool {
        var isKilled = false
        var (ids, types, events) = (ids, types, events)
        let mayKill = killCount < mostKills
        try await server.events(of: run, after: ids.last ?? 0) { [kills] event in
            if let id = event.id {
                ids.append(id)
                types.append(event.type)
                events.append(event.data)
            }
            isKilled = mayKill && kills(event)
            return !isKilled
        }
        (self.ids, self.types, self.events) = (ids, types, events)
        if isKilled { killCount += 1 }
        return isKilled
    }

    private func decide(_ state: MortalServer.Run, _ server: MortalServer) async throws {
        for approval in state.approvals {
            let decision = approval.reason == "policy" ? "approve" : "refuse"
            _ = try await server.post(
                "/v1/runs/\(state.id)/approvals/\(approval.id)", ["decision": decision])
        }
    }
}

extension ReconnectingClient {
    /// A call as the log tells of it.
    struct Call {
        let tool: String
        let key: String
        var statuses: [String] = []

        /// As the crew's tools note it.
        var effect: String { "\(tool) \(key)" }
    }

    private struct Told: Decodable {
        let type: String
        let branch: String?
        let idempotencyKey: String?
        let call: Named?
        let result: Named?

        struct Named: Decodable {
            let id: String?
            let call: String?
            let name: String
            let status: String?
        }
    }

    /// The calls that were started, with all results that the log has for each.
    func calls() throws -> [Call] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var calls: [String: Call] = [:]
        for event in try events.map({ try decoder.decode(Told.self, from: Data($0.utf8)) }) {
            let place = event.branch ?? ""
            if event.type == "tool_started", let call = event.call, let key = event.idempotencyKey {
                calls["\(place)/\(call.id ?? "")"] = Call(tool: call.name, key: key)
            } else if event.type == "tool_returned", let result = event.result {
                calls["\(place)/\(result.call ?? "")"]?.statuses.append(result.status ?? "")
            }
        }
        return Array(calls.values)
    }
}

/// A crew with tools of all effects, whose calls leave a line each in a file.
private struct CrashCrew {
    let folder: URL
    let store: URL
    private let ledger: URL

    init() throws {
        folder = try Product.temporaryFolder()
        store = folder.appending(path: "runs.sqlite")
        ledger = folder.appending(path: "ledger")
        let agents = folder.appending(path: "agents")
        try FileManager.default.createDirectory(at: agents, withIntermediateDirectories: true)
        try write(Self.crew(ledger: ledger, script: folder.appending(path: "note.sh")), "crew.yaml")
        try write(Self.script, "script.yaml")
        try write(
            "printf '%s %s\\n' \"$1\" \"$2\" >> \"$LEDGER\"\nsleep 0.05\necho done\n", "note.sh")
        for (agent, tools) in [
            ("a", "[look, note, pay]"), ("b", "[]"), ("c", "[ship]"), ("d", "[note]"), ("e", "[]"),
        ] {
            try write(
                """
                id: \(agent)
                name: \(agent.uppercased())
                role: part of a test
                system_prompt: Work.
                tools: \(tools)
                primary: {provider: scripted, model: m}
                """, "agents/\(agent).yaml")
        }
    }

    private func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// How often each call happened, by tool and key.
    var effects: [String: Int] {
        get throws {
            let lines = try String(contentsOf: ledger, encoding: .utf8).split(separator: "\n")
            return lines.reduce(into: [:]) { $0[String($1), default: 0] += 1 }
        }
    }

    private static func crew(ledger: URL, script: URL) -> String {
        let tools = [
            ("look", "read", "never"), ("note", "write", "never"), ("pay", "irreversible", "never"),
            ("ship", "write", "always"),
        ].map { name, effect, approval in
            """
              \(name):
                description: Leaves a line.
                command: [sh, '\(script.path)', \(name), '{{idempotency_key}}']
                effect: \(effect)
                approval: \(approval)
                environment: {LEDGER: '\(ledger.path)'}

            """
        }
        return """
            version: "1.0"
            entry_point: a
            agents: [a, b, c, d, e]
            settings: {max_rounds: 100}
            tools:
            \(tools.joined())
            routing:
              signals:
                a: [{signal: "[B]", target: b}]
                b: [{signal: "[ALL]", target: all}]
                e: [{signal: "[DONE]", target: ""}]
              parallel_groups:
                all: {agents: [c, d], wait_for_all: true, next_agent: e}
              agent_behaviors:
                e: {wait_for_signal: true}
            """
    }

    private static let script = """
        tokens_per_second: 60
        rules:
          - {agent: a, reply: {tool_calls: [{name: look}, {name: note}, {name: pay}]}}
          - {agent: a, after_tool: "*", reply: "Now it is over to you [B]"}
          - {agent: b, reply: "Please do it all of you [ALL]"}
          - {agent: c, reply: {tool_calls: [{name: ship}]}}
          - {agent: c, after_tool: "*", reply: "I for one have shipped"}
          - {agent: d, reply: {tool_calls: [{name: note}]}}
          - {agent: d, after_tool: "*", reply: "I for one have noted"}
          - {agent: e, user_matches: "^yes$", reply: "All is done [DONE]"}
          - {agent: e, reply: "Is it right that I end?"}
        """
}
