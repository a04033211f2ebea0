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
            "/v1/usage?since=2027-01-16&until=2027-01-15", "/v1/usage?bye=run",
            "/v1/budgets?by=run",
        ])
    func refused(_ path: String) async throws {
        try await ServerFixture([]).serve { client, _ in
            let document = try await client.json(.get, path, .badRequest).document
            #expect(document["status"] == 400 && document["code"] == "invalid_input")
        }
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
        let day = UsageCount.day(of: time)
        let crew = try await UsageReport(by: .crew, from: day, through: day, limit: 9, in: store)
        #expect(crew.rows.map(\.cost) == [0.5] && crew.rows.map(\.isCostComplete) == [false])
        let models = try await UsageReport(by: .model, from: day, through: day, limit: 9, in: store)
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
        let budgets = InMemoryBudgetStore()
        let time = Date(timeIntervalSince1970: 1_800_000_000)
        let lines = [
            BudgetLine(limit: crew.settings.budgets[0], owner: "c"),
            BudgetLine(limit: crew.settings.budgets[1], owner: "c/b"),
        ]
        let spent = Spending(inputTokens: 30, outputTokens: 80, calls: 3)
        _ = try await budgets.reserve(
            BudgetReservation(id: "1", lines: lines, least: Spending()), at: time)
        _ = try await budgets.settle("1", as: spent)
        let rows = try await BudgetReport(of: crew, in: budgets, at: time).rows
        #expect(rows.map(\.agent) == [nil, "a", "b", nil, "b"])
        #expect(rows.map(\.spent) == [3, 0, 110, nil, 0])
        #expect(rows.map(\.left) == [7, 100, 0, nil, 5])
        #expect(rows[0].resetsAt == BudgetWindow.day.end(of: time))
        #expect(rows[1].resetsAt == nil)
    }
}
