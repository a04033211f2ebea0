import CrewTesting
import Foundation
import Testing

@testable import CrewKit

@Suite("Budgets of runs")
struct RunBudgetTests {
    private let usage = Usage(inputTokens: 90, outputTokens: 10)

    private func reply(_ text: String) -> ScriptedModel.Reply {
        .reply(ModelReply(text: text, usage: usage))
    }

    private func model(_ replies: [AgentID: [ScriptedModel.Reply]]) -> ScriptedModel {
        ScriptedModel(replies)
    }

    private func reports(_ told: CrewFixture.Told) -> [BudgetNotice] {
        told.events.compactMap {
            if case .budgetReported(let report) = $0.event { return report.notice }
            return nil
        }
    }

    @Test("A call that does not fit ends the run, which keeps what was said so far")
    func refused() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        crew.definition.settings.budgets = [BudgetLimit(.calls, per: .run, amount: 1)]
        let told = try await crew.run(RunRequest("hi"), model(["a": [reply("half")]]))
        #expect(told.result.outcome == .limitReached(.budget))
        #expect(told.result.text == "half")
        #expect(told.result.modelCalls == 1)
        #expect(reports(told).map(\.kind) == [.warning, .refused])
        #expect(reports(told).last?.spent == 1)
        #expect(told.names.last == "run_ended")
    }

    @Test("Agents have budgets of their own beside their crew's")
    func agents() async throws {
        var frugal = AgentDefinition(id: "a", handoffTargets: ["b"])
        frugal.budgets = [BudgetLimit(.tokens, per: .agent, within: .day, amount: 2_000)]
        var greedy = AgentDefinition(id: "b")
        greedy.budgets = [BudgetLimit(.tokens, per: .agent, within: .day, amount: 20)]
        let crew = CrewFixture(frugal, greedy)
        let told = try await crew.run(RunRequest("hi"), model(["a": [reply("x")]]))
        #expect(told.result.outcome == .limitReached(.budget))
        #expect(reports(told).last?.owner == "test/b")
    }

    @Test("Members of a group share what their run may spend")
    func members() async throws {
        var routing = RoutingDefinition()
        routing.signals = ["a": [SignalRoute("[GO]", to: "g")]]
        routing.groups = ["g": ParallelGroup(agents: ["b", "c", "d"])]
        var crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            AgentDefinition(id: "d"), routing: routing)
        crew.definition.settings.budgets = [BudgetLimit(.calls, per: .run, amount: 3)]
        let told = try await crew.run(
            RunRequest("hi"),
            model(["a": [reply("[GO]")], "b": [reply("b")], "c": [reply("c")], "d": [reply("d")]]))
        let ends = told.events.compactMap { stored -> RunOutcome? in
            if case .memberEnded(let member) = stored.event { return member.outcome }
            return nil
        }
        #expect(ends.filter { $0 == .completed }.count == 2)
        #expect(ends.filter { $0 == .limitReached(.budget) }.count == 1)
        #expect(told.result.modelCalls == 3)
    }

    @Test("A limit that only warns says so once and lets the run go on")
    func warns() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        crew.definition.settings.budgets = [
            BudgetLimit(.tokens, per: .crew, within: .day, amount: 100, mode: .warn)
        ]
        let told = try await crew.run(
            RunRequest("hi"), model(["a": [reply("x")], "b": [reply("y")]]))
        #expect(told.result.outcome == .completed)
        #expect(reports(told).map(\.kind) == [.exceeded])
    }

    @Test("A run that works for a call spends from the budgets of the one that asks")
    func inherited() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["ask"]), AgentDefinition(id: "b"))
        let ask = DeclaredTool(name: "ask", description: "Asks.", work: .agent("b"))
        crew.tools = Toolbox([try AgentTool(ask, timeout: .seconds(60))])
        crew.definition.settings.budgets = [BudgetLimit(.calls, per: .run, amount: 2)]
        let told = try await crew.run(
            RunRequest("hi"),
            model(["a": [.calls(("ask", ["input": "?"]))], "b": [reply("answer")]]))
        #expect(told.result.outcome == .limitReached(.budget))
        #expect(told.events.contains { $0.event.name == "subrun_progressed" })
    }

    @Test("What was spent is known to the next process, and sessions are counted over their runs")
    func kept() async throws {
        let store = InMemoryRunStore()
        var crew = CrewFixture(AgentDefinition(id: "a"))
        crew.definition.settings.budgets = [BudgetLimit(.calls, per: .session, amount: 2)]
        var outcomes: [RunOutcome] = []
        for _ in 0..<3 {
            let runner = try crew.runner(model(["a": [reply("x")]]), store: store)
            outcomes.append(
                try await withRunning(runner) {
                    let request = RunRequest("hi", session: "s")
                    return try await runner.result(of: try await runner.start(request)).outcome
                })
        }
        #expect(outcomes == [.completed, .completed, .limitReached(.budget)])
    }

    @Test("Tenants are counted apart, and a run without one has no tenant's budget")
    func tenants() async throws {
        let store = InMemoryRunStore()
        var crew = CrewFixture(AgentDefinition(id: "a"))
        crew.definition.settings.budgets = [BudgetLimit(.calls, per: .tenant, amount: 1)]
        var outcomes: [RunOutcome] = []
        for tenant in ["one", "two", "one", nil, nil] {
            let runner = try crew.runner(model(["a": [reply("x")]]), store: store)
            outcomes.append(
                try await withRunning(runner) {
                    var request = RunRequest("hi")
                    request.tenant = tenant
                    return try await runner.result(of: try await runner.start(request)).outcome
                })
        }
        #expect(
            outcomes == [
                .completed, .completed, .limitReached(.budget), .completed, .completed,
            ])
    }

    @Test("A run that a budget ended goes on once there is room")
    func resumed() async throws {
        let store = InMemoryRunStore()
        var crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        crew.definition.settings.budgets = [BudgetLimit(.calls, per: .run, amount: 1)]
        let stingy = try crew.runner(model(["a": [reply("half")]]), store: store)
        let run = try await withRunning(stingy) {
            let run = try await stingy.start(RunRequest("hi"))
            _ = try await stingy.result(of: run)
            return run
        }
        crew.definition.settings.budgets = [BudgetLimit(.calls, per: .run, amount: 2)]
        let generous = try crew.runner(model(["b": [reply("whole")]]), store: store)
        let result = try await withRunning(generous) {
            try await generous.resume(run)
            return try await generous.result(of: run)
        }
        #expect(result.outcome == .completed)
        #expect(result.text == "whole")
    }

    @Test("What befalls a call is stored while it is under way")
    func live() async throws {
        let clock = ManualClock()
        let crew = try CrewFixture(AgentDefinition(id: "a")).crew()
        let base = model(["a": [.failure(CrewError(.modelOverloaded, "later")), reply("x")]])
        let policy = ModelRetryPolicy(firstDelay: .seconds(8))
        let chain = ModelChain(
            [ModelLink(base, price: nil, retry: policy)], clock: clock, random: { 0.5 })
        let runner = try CrewRunner(crew: crew, models: ModelSet(chains: ["a": chain]))
        let told = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            for try await item in try await runner.events(of: run) {
                if case .event(let stored) = item, stored.event.name == "model_retried" { break }
            }
            await clock.waitForSleepers(of: .seconds(4))
            clock.advance(by: .seconds(4))
            return try await CrewFixture.follow(run, of: runner)
        }
        #expect(told.names.filter { $0 == "model_retried" }.count == 1)
        #expect(told.result.outcome == .completed)
    }

    @Test("A run that its token limit ended has a new allowance when it is resumed")
    func allowance() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        crew.definition.settings.maxTokens = 100
        let runner = try crew.runner(model(["a": [reply("half")], "b": [reply("whole")]]))
        let results = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            let first = try await runner.result(of: run)
            try await runner.resume(run)
            return [first, try await runner.result(of: run)]
        }
        #expect(results.map(\.outcome) == [.limitReached(.tokens), .completed])
    }

    @Test("Attempts that came to nothing are part of what a run has spent")
    func lost() async throws {
        let crew = try CrewFixture(AgentDefinition(id: "a")).crew()
        let base = model(["a": [.failure(CrewError(.modelStreamCut, "cut")), reply("x")]])
        let link = ModelLink(base, price: nil, retry: ModelRetryPolicy(firstDelay: .zero))
        let runner = try CrewRunner(
            crew: crew, models: ModelSet(["a": ModelChain([link], clock: InstantClock())]))
        let told = try await withRunning(runner) {
            try await CrewFixture.follow(try await runner.start(RunRequest("hi")), of: runner)
        }
        let spent = try #require(told.result.usage)
        #expect(spent.inputTokens ?? 0 > 90)
        #expect(!spent.isComplete)
        guard case .runEnded(let ended)? = told.events.last?.event else {
            Issue.record("the run has no end")
            return
        }
        #expect(ended.lostCalls == 1)
        #expect(told.names.contains("model_retried"))
    }
}
