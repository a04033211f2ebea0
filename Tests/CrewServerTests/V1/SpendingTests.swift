import CrewKit
import CrewServer
import CrewTesting
import Foundation
import HTTPTypes
import Testing

@Suite("What was spent")
struct SpendingTests {
    private static let reply = ModelReply(
        text: "ok", usage: Usage(inputTokens: 10, outputTokens: 2))

    @Test(
        "Usage is added up by each kind of name",
        arguments: [("agent", "a"), ("model", "scripted test model"), ("day", "2027-01-15")])
    func grouped(_ by: String, _ name: String) async throws {
        try await ServerFixture([.reply(Self.reply), .reply(Self.reply)]).serve { client, _ in
            for _ in 1...2 { _ = try await client.rest() }
            let document = try await client.json(.get, "/v1/usage?by=\(by)").document
            #expect(document["by"] == .string(by) && document["more"] == false)
            let row = try #require(document["usage"]?.array?.first)
            #expect(row[by] == .string(name))
            #expect(row["model_calls"] == 2)
            #expect(row["usage"]?["input_tokens"] == 20)
            #expect(document["usage"]?.array?.count == 1)
        }
    }

    @Test("By run, each kept run of the days is a row, at most as many as were asked for")
    func runs() async throws {
        try await ServerFixture([.reply(Self.reply), .reply(Self.reply)]).serve { client, _ in
            for _ in 1...2 { _ = try await client.rest() }
            let all = try await client.json(.get, "/v1/usage?by=run").document
            #expect(all["usage"]?.array?.map { $0["model_calls"] } == [1, 1])
            let one = try await client.json(.get, "/v1/usage?by=run&limit=1").document
            #expect(one["usage"]?.array?.count == 1 && one["more"] == true)
            let before = try await client.json(
                .get, "/v1/usage?by=run&since=2026-12-01&until=2027-01-14")
            #expect(before.document["usage"] == [])
        }
    }

    @Test(
        "What cannot be asked is refused with a problem document",
        arguments: [
            "/v1/usage?by=week", "/v1/usage?by=run&limit=0", "/v1/usage?by=run&since=2026-02-31",
            "/v1/usage?since=2027-01-16&until=2027-01-15", "/v1/usage?limit=0",
            "/v1/usage?since=2026-01-14&until=2027-01-15", "/v1/usage?since=0001-01-01",
            "/v1/usage?bye=run",
            "/v1/budgets?by=run",
        ])
    func refused(_ path: String) async throws {
        try await ServerFixture([]).serve { client, _ in
            let document = try await client.json(.get, path, .badRequest).document
            #expect(document["status"] == 400 && document["code"] == "invalid_input")
        }
    }

    @Test("Without a kind of name each counter is a line, at most as many as were asked for")
    func counters() async throws {
        let fixture = ServerFixture([.reply(Self.reply)])
        for day in 13...15 {
            let id = RunID("r\(day)")
            let time = Date(timeIntervalSince1970: 1_800_000_000 + Double(day - 15) * 86_400)
            try await fixture.store.create(
                RunRecord(id: id, crew: "c", session: nil, createdAt: time), events: [])
            try await fixture.store.append([Self.replied(at: time)], to: id)
        }
        try await fixture.serve { client, _ in
            let all = try await client.json(.get, "/v1/usage").document
            #expect(all["usage"]?.array?.count == 3 && all["more"] == false)
            #expect(all["since"] == "2026-12-17" && all["until"] == "2027-01-15")
            let two = try await client.json(.get, "/v1/usage?limit=2").document
            #expect(two["usage"]?.array?.map { $0["day"] } == ["2027-01-13", "2027-01-14"])
            #expect(two["more"] == true)
        }
    }

    @Test("366 days may be asked for, one more is refused with both names")
    func range() throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let year = try UsageDays(since: "2026-01-15", until: nil, now: now)
        #expect(year.first == "2026-01-15" && year.last == "2027-01-15")
        #expect {
            try UsageDays(
                since: "2026-01-14", until: nil, names: ("--since", "--until"), now: now)
        } throws: {
            ($0 as? CrewError)?.message
                == "--since and --until span 367 days; at most 366 are reported at once"
        }
    }

    private static func replied(at time: Date, cost: Double? = nil) -> StoredEvent {
        StoredEvent(
            sequence: 1, time: time,
            event: .replied(
                Replied(
                    agent: "a", round: 1, message: AgentMessage(agent: "a", text: "x"),
                    finish: .stop, usage: Usage(inputTokens: 1, outputTokens: 1), cost: cost,
                    model: "m")))
    }

    @Test("Lost calls without a price are no complete cost, though they are no calls of the count")
    func lostCost() {
        var row = UsageReport.Row(name: "a")
        row.add(0, Usage(), nil)
        #expect(row.isCostComplete)
        row.add(0, Usage(inputTokens: 9), nil)
        #expect(!row.isCostComplete && row.cost == nil)
    }

    @Test("A sum of which a part has no known cost is not complete, one without any has none")
    func unknownCost() async throws {
        let store = InMemoryRunStore()
        let time = Date(timeIntervalSince1970: 1_800_000_000)
        for (index, cost) in [0.5, nil].enumerated() {
            let id = RunID("r\(index)")
            let replied = Replied(
                agent: "a", round: 1, message: AgentMessage(agent: "a", text: "x"), finish: .stop,
                usage: Usage(inputTokens: 1, outputTokens: 1), cost: cost, model: "m\(index)")
            try await store.create(
                RunRecord(id: id, crew: "c", session: nil, createdAt: time), events: [])
            try await store.append(
                [StoredEvent(sequence: 1, time: time, event: .replied(replied))], to: id)
        }
        let days = try UsageDays(since: nil, until: nil, now: time)
        let crew = try await UsageReport(by: .crew, in: days, limit: 9, of: store)
        #expect(crew.rows.map(\.cost) == [0.5] && crew.rows.map(\.isCostComplete) == [false])
        let models = try await UsageReport(by: .model, in: days, limit: 9, of: store)
        #expect(models.rows.map(\.name) == ["m0", "m1"])
        #expect(models.rows.map(\.cost) == [0.5, nil])
        #expect(models.rows.map(\.isCostComplete) == [true, false])
    }

    @Test("Each limit is shown with what was spent and is left of it, for every agent it bounds")
    func budgets() async throws {
        var crew = CrewDefinition(name: "c", agents: [AgentDefinition(id: "a")])
        crew.agents.append(AgentDefinition(id: "b"))
        crew.settings.budgets = [
            BudgetLimit(.calls, per: .crew, within: .day, amount: 10),
            BudgetLimit(.tokens, per: .agent, amount: 100),
            BudgetLimit(.tokens, per: .run, amount: 7),
        ]
        crew.agents[1].budgets = [BudgetLimit(.cost, per: .agent, within: .hour, amount: 5)]
        crew.agents[1].budgets.append(BudgetLimit(.calls, per: .crew, within: .day, amount: 4))
        crew.agents[1].budgets.append(BudgetLimit(.calls, per: .session, amount: 4))
        let budgets = InMemoryBudgetStore()
        let time = Date(timeIntervalSince1970: 1_800_000_000)
        let lines = [
            BudgetLine(limit: crew.settings.budgets[0], owner: "c"),
            BudgetLine(limit: crew.settings.budgets[1], owner: "c/b"),
        ]
        let own = BudgetLine(limit: crew.agents[1].budgets[1], owner: "c/b")
        let spent = Spending(inputTokens: 30, outputTokens: 80, calls: 3)
        _ = try await budgets.reserve(
            BudgetReservation(id: "1", lines: lines, least: Spending()), at: time)
        _ = try await budgets.settle("1", as: spent)
        _ = try await budgets.reserve(
            BudgetReservation(id: "2", lines: [own], least: Spending()), at: time)
        _ = try await budgets.settle("2", as: Spending(calls: 1))
        let rows = try await BudgetReport(of: crew, in: budgets, at: time).rows
        #expect(rows.map(\.agent) == [nil, "a", "b", nil, "b", "b", "b"])
        #expect(rows.map(\.spent) == [3, 0, 110, nil, 0, 1, nil])
        #expect(rows.map(\.left) == [7, 100, 0, nil, 5, 3, nil])
        #expect(rows[0].resetsAt == BudgetWindow.day.end(of: time))
        #expect(rows[1].resetsAt == nil)
    }
}
