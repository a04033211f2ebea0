import CrewKit
import CrewTesting
import Testing

@Suite("What follows a reply")
struct RoutingTests {
    private let two = RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "b")]])

    @Test("A signal hands over to its agent, and the new agent's end is the run's")
    func signalHandsOver() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"), AgentDefinition(id: "b"), routing: two)
        let told = try await crew.run("hi", ["a": [.text("go [B]")], "b": [.text("done here")]])
        #expect(told.path == ["a", "b"])
        #expect(told.result.outcome == .completed)
        #expect(told.result.text == "done here")
        #expect(told.result.handoffs == 1)
        #expect(told.result.rounds == 2)
    }

    @Test("A signal with an empty target ends the run, and that is no error")
    func emptyTargetEnds() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a"),
            routing: RoutingDefinition(signals: ["a": [SignalRoute("[COMPLETE]")]]))
        let told = try await crew.run("hi", ["a": [.text("ok [COMPLETE]")]])
        #expect(told.result.outcome == .terminated(by: "[COMPLETE]"))
    }

    @Test("A signal decides alone: a waiting, terminal agent that signals a group fans out")
    func signalBeatsBehaviour() async throws {
        var routing = RoutingDefinition(
            signals: ["a": [SignalRoute("[ALL]", to: "g")]],
            groups: ["g": ParallelGroup(agents: ["b", "c"])])
        routing.behaviors = ["a": AgentBehavior(waitForSignal: true, isTerminal: true)]
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: routing)
        let told = try await crew.run(
            "hi", ["a": [.text("[ALL]")], "b": [.text("one")], "c": [.text("two")]])
        #expect(told.names.contains("group_joined"))
        #expect(told.result.outcome == .completed)
    }

    @Test("Without a signal an agent that waits for one pauses the run")
    func waits() async throws {
        var routing = two
        routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
        let crew = CrewFixture(AgentDefinition(id: "a"), AgentDefinition(id: "b"), routing: routing)
        let told = try await crew.run("hi", ["a": [.text("which one?")]])
        #expect(told.result.outcome == .paused(at: "a"))
        #expect(told.names.last == "paused")
    }

    @Test("Without a signal a terminal agent ends the run, whatever it could hand to")
    func terminalEnds() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"], isTerminal: true),
            AgentDefinition(id: "b"))
        let told = try await crew.run("hi", ["a": [.text("bye")]])
        #expect(told.path == ["a"])
        #expect(told.result.outcome == .completed)
    }

    @Test("Without a signal the routing default comes before handoff targets")
    func defaultFirst() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"),
            AgentDefinition(id: "c", isTerminal: true),
            routing: RoutingDefinition(defaults: ["a": "c"]))
        let told = try await crew.run("hi", ["a": [.text("x")], "c": [.text("y")]])
        #expect(told.path == ["a", "c"])
    }

    @Test("A default of null ends the run even where handoff targets are listed")
    func nullDefaultEnds() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"),
            routing: RoutingDefinition(defaults: ["a": AgentID?.none]))
        let told = try await crew.run("hi", ["a": [.text("x")]])
        #expect(told.path == ["a"])
    }

    @Test("Without a signal the first handoff target takes over")
    func handoffTarget() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["c", "b"]), AgentDefinition(id: "b"),
            AgentDefinition(id: "c"))
        let told = try await crew.run("hi", ["a": [.text("x")], "c": [.text("y")]])
        #expect(told.path == ["a", "c"])
    }

    @Test("An agent with nowhere to go ends the run: no other agent is dragged in")
    func noOtherAgent() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"), AgentDefinition(id: "b"))
        let told = try await crew.run("hi", ["a": [.text("x")]])
        #expect(told.path == ["a"])
        #expect(told.result.outcome == .completed)
    }

    @Test("auto_route: false keeps a turn without a signal where it is")
    func autoRouteOff() async throws {
        var routing = RoutingDefinition()
        routing.behaviors = ["a": AgentBehavior(autoRoute: false)]
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"),
            routing: routing)
        let told = try await crew.run("hi", ["a": [.text("x")]])
        #expect(told.path == ["a"])
    }

    @Test("The entry point begins, also when it is not the first agent")
    func entryPoint() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a"), AgentDefinition(id: "b"))
        crew.definition.entryPoint = "b"
        let told = try await crew.run("hi", ["b": [.text("x")]])
        #expect(told.path == ["b"])
    }

    @Test("Of several signals the last one is followed and a warning says so")
    func lastSignalWins() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[B]", to: "b"), SignalRoute("[C]", to: "c")]]))
        let told = try await crew.run(
            "hi", ["a": [.text("not [C] but\n[B]")], "b": [.text("y")]])
        #expect(told.path == ["a", "b"])
        #expect(told.warnings == [.severalSignals])
    }

    @Test("A built-in [WAIT] pauses and a built-in [DONE] ends without being configured")
    func builtIns() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        let waiting = try await crew.run("hi", ["a": [.text("one moment [wait]")]])
        #expect(waiting.result.outcome == .paused(at: "a"))
        let done = try await crew.run("hi", ["a": [.text("all [DONE]")]])
        #expect(done.result.outcome == .terminated(by: "[DONE]"))
    }

    @Test("A signal that was followed as often as it may be is ignored with a warning")
    func maxOccurs() async throws {
        var route = SignalRoute("[B]", to: "b")
        route.maxOccurs = 1
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b", handoffTargets: ["a"]),
            routing: RoutingDefinition(signals: ["a": [route]]))
        let told = try await crew.run(
            "hi", ["a": [.text("[B]"), .text("[B]")], "b": [.text("back")]])
        #expect(told.path == ["a", "b", "a"])
        #expect(told.warnings == [.signalExhausted])
        #expect(told.result.outcome == .completed)
    }
}
