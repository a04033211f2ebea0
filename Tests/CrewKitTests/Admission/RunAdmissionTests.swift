import CrewKit
import CrewTesting
import Testing

@testable import CrewKit

@Suite("Room for runs")
struct RunAdmissionTests {
    private static func admission(
        running: Int = 1, waiting: Int = 10, ofOneTenant: Int = 10
    ) -> RunAdmission {
        var limits = RunAdmission.Limits()
        limits.maxRunning = running
        limits.maxWaiting = waiting
        limits.maxWaitingPerTenant = ofOneTenant
        return RunAdmission(limits)
    }

    @Test(
        "As many as may are worked at the same time, and the next one waits for the first that leaves"
    )
    func bound() async throws {
        let admission = Self.admission(running: 2)
        let first = try admission.reserve(for: nil, isNew: true)
        let second = try admission.reserve(for: nil, isNew: true)
        let third = try admission.reserve(for: nil, isNew: true)
        try await first.turn()
        try await second.turn()
        #expect(admission.running == 2 && admission.waiting == 1)
        async let turn: Void = third.turn()
        first.leave()
        try await turn
        #expect(admission.running == 2 && admission.waiting == 0)
        second.leave()
        third.leave()
        third.leave()
        #expect(admission.running == 0)
    }

    @Test("Whoever comes when all places to wait are taken is refused, and told when to come again")
    func refusal() async throws {
        let admission = Self.admission(waiting: 1)
        let running = try admission.reserve(for: nil, isNew: true)
        let waiting = try admission.reserve(for: nil, isNew: true)
        let error = #expect(throws: CrewError.self) {
            try admission.reserve(for: nil, isNew: true)
        }
        #expect(error?.code == .tooManyRuns && error?.retryAfter != nil)
        let accepted = try admission.reserve(for: nil, isNew: false)
        #expect(admission.waiting == 2)
        for ticket in [running, waiting, accepted] { ticket.leave() }
    }

    @Test("Tenants have their turns one after the other, however many runs one of them has")
    func turns() async throws {
        let admission = Self.admission()
        let running = try admission.reserve(for: "loud", isNew: true)
        let loud = try (0..<3).map { _ in try admission.reserve(for: "loud", isNew: true) }
        let quiet = try admission.reserve(for: "quiet", isNew: true)
        running.leave()
        try await loud[0].turn()
        loud[0].leave()
        try await quiet.turn()
        quiet.leave()
        try await loud[1].turn()
        loud[1].leave()
        try await loud[2].turn()
        loud[2].leave()
    }

    @Test("One tenant cannot take all places to wait")
    func share() throws {
        let admission = Self.admission(waiting: 4, ofOneTenant: 2)
        let running = try admission.reserve(for: "loud", isNew: true)
        let loud = try (0..<2).map { _ in try admission.reserve(for: "loud", isNew: true) }
        #expect(throws: CrewError.self) { try admission.reserve(for: "loud", isNew: true) }
        let quiet = try admission.reserve(for: "quiet", isNew: true)
        for ticket in loud + [running, quiet] { ticket.leave() }
    }

    @Test("When others have taken all places to wait, a tenant that has none still finds one")
    func newcomer() throws {
        let admission = Self.admission(waiting: 4, ofOneTenant: 2)
        var tickets = [try admission.reserve(for: "loud", isNew: true)]
        for tenant in ["loud", "loud", "louder", "louder"] {
            tickets.append(try admission.reserve(for: tenant, isNew: true))
        }
        #expect(throws: CrewError.self) { try admission.reserve(for: "louder", isNew: true) }
        tickets.append(try admission.reserve(for: "quiet", isNew: true))
        #expect(throws: CrewError.self) { try admission.reserve(for: "quiet", isNew: true) }
        #expect(throws: CrewError.self) { try admission.reserve(for: "late", isNew: true) }
        for ticket in tickets { ticket.leave() }
        #expect(admission.running == 0 && admission.waiting == 0)
    }

    @Test(
        "Whoever stops waiting leaves its place, and a ticket that is forgotten gives its own back")
    func leaving() async throws {
        let admission = Self.admission()
        let running = try admission.reserve(for: nil, isNew: true)
        do {
            let waiting = try admission.reserve(for: "a", isNew: true)
            let task = Task { try await waiting.turn() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        #expect(admission.waiting == 0)
        let next = try admission.reserve(for: "b", isNew: true)
        running.leave()
        try await next.turn()
        next.leave()
    }

    @Test(
        "A run waits until another one is over, and can be cancelled while it waits",
        arguments: StopDepth.allCases)
    func runs(_ depth: StopDepth) async throws {
        var fixture = CrewFixture(AgentDefinition(id: "a", name: "An"))
        fixture.admission = Self.admission()
        let gate = Gate()
        fixture.tools = Toolbox([
            ClosureTool("hold") { _ in
                await gate.wait()
                return "held"
            }
        ])
        fixture.definition.agents[0].tools = ["hold"]
        let model = ScriptedModel([
            "a": [.calls(("hold", [:])), .text("first"), .text("second"), .text("third")]
        ])
        let runner = try fixture.runner(model)
        try await withRunning(runner) {
            let first = try await runner.start(RunRequest("one"))
            for try await item in try await runner.events(of: first) {
                if case .event(let stored) = item, stored.event.name == "tool_started" { break }
            }
            let second = try await runner.start(RunRequest("two"))
            let third = try await runner.start(RunRequest("three"))
            try await runner.cancel(second, depth)
            #expect(try await runner.result(of: second).outcome == .cancelled)
            #expect(try await runner.store.events(of: third, after: 0, limit: 9).count == 1)
            gate.open()
            #expect(try await runner.result(of: first).text == "first")
            #expect(try await runner.result(of: third).text == "second")
        }
    }

    @Test("A run that works for a call of another one needs no room of its own")
    func subruns() async throws {
        var fixture = CrewFixture(
            AgentDefinition(id: "a", name: "An"), AgentDefinition(id: "b", name: "Bo"))
        fixture.admission = Self.admission()
        let ask = DeclaredTool(name: "ask_bo", description: "Asks Bo.", work: .agent("b"))
        fixture.definition.agents[0].tools = ["ask_bo"]
        fixture.tools = Toolbox([try AgentTool(ask, timeout: .seconds(60))])
        let told = try await fixture.run(
            "hi",
            [
                "a": [.calls(("ask_bo", ["input": "who?"])), .text("Bo says: me")],
                "b": [.text("me")],
            ])
        #expect(told.result.text == "Bo says: me")
    }
}
