import CrewKit
import CrewTesting
import Testing

@Suite("Types of signals")
struct RouteTypeTests {
    private func crew(_ route: SignalRoute) -> CrewFixture {
        CrewFixture(
            AgentDefinition(id: "a", name: "Ann"), AgentDefinition(id: "b"),
            routing: RoutingDefinition(
                signals: ["a": [route]], groups: ["g": ParallelGroup(agents: ["b"])]))
    }

    private func briefed(_ route: SignalRoute, saying reply: String) async throws -> [String] {
        let model = ScriptedModel(["a": [.text(reply)], "b": [.text("fine")]])
        _ = try await crew(route).run(RunRequest("help {{reply}}"), model)
        return model.requests.last?.messages.map(\.text) ?? []
    }

    @Test(
        "What a target reads is made of the person's words, the reply without its signal, the name")
    func template() async throws {
        var route = SignalRoute("[B]", to: "b")
        route.inputTemplate = "{{agent}} was asked: {{ input }}. Said: {{reply}} {{other}} {{"
        let messages = try await briefed(route, saying: "It is urgent.\n\n[b]\n")
        // What was said is not read for places, and unknown ones stay.
        #expect(
            messages.last == "Ann was asked: help {{reply}}. Said: It is urgent. {{other}} {{")
    }

    @Test("The members of a group read it too")
    func templateOfGroup() async throws {
        var route = SignalRoute("[B]", to: "g")
        route.inputTemplate = "Look: {{reply}}"
        #expect(try await briefed(route, saying: "stars [B]").last == "Look: stars")
    }

    @Test("A pausing signal waits for a person, whose answer goes to whom the route names")
    func pause() async throws {
        var route = SignalRoute("[ASK]", type: .pause)
        route.returnTo = "b"
        let model = ScriptedModel(["a": [.text("[ASK]")], "b": [.text("thanks")]])
        let runner = try crew(route).runner(model)
        try await withRunning(runner) {
            let told = try await CrewFixture.follow(
                try await runner.start(RunRequest("hi")), of: runner)
            #expect(told.result.outcome == .paused(at: "b"))
            try await runner.resume(told.result.run, with: "blue")
            #expect(try await runner.result(of: told.result.run).text == "thanks")
        }
        #expect(model.requests.last?.messages.last?.text == "blue")
    }

    @Test("An outside party is told of in the pause, and its answer is no person's")
    func external() async throws {
        var route = SignalRoute("[CRM]", to: "crm", type: .external)
        route.inputTemplate = "Who is {{reply}}?"
        let model = ScriptedModel(["a": [.text("number 7 [CRM]"), .text("so it is")]])
        let runner = try crew(route).runner(model)
        try await withRunning(runner) {
            let told = try await CrewFixture.follow(
                try await runner.start(RunRequest("hi")), of: runner)
            guard case .paused(let pause)? = told.events.last?.event else {
                Issue.record("the run does not wait")
                return
            }
            #expect(pause.kind == .external && pause.party == "crm" && pause.agent == "a")
            #expect(pause.question == "Who is number 7?")
            let record = try #require(try await runner.record(of: told.result.run))
            #expect(record.pause?.party == "crm" && record.pause?.question == pause.question)
            try await runner.resume(told.result.run, with: "Eve")
            #expect(try await runner.result(of: told.result.run).text == "so it is")
        }
        #expect(model.requests.last?.messages.last?.text == "[Answer from crm]\nEve")
    }

    @Test("A terminating signal ends the run whatever its target")
    func terminate() async throws {
        let told = try await crew(SignalRoute("[BYE]", to: "b", type: .terminate))
            .run("hi", ["a": [.text("[BYE]")]])
        #expect(told.result.outcome == .terminated(by: "[BYE]"))
    }
}
