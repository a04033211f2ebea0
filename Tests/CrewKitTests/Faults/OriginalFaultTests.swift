import CrewTesting
import Testing

@testable import CrewKit

// The faults of the original that the kernel can show, by their number in the list, and the test
// that shows that ours has not got it. Those that are not named here are tested below.
//
//  1 endless loops          LimitTests.pingPong, LimitTests.toolLoop
//  2 pause before group     RoutingTests.signalBeatsBehaviour
//  4 any other agent        RoutingTests.noOtherAgent
//  5 keys that do nothing   RoutingTests.defaultFirst/.nullDefaultEnds/.autoRouteOff,
//                           ValidatedCrewTests.terminal, GroupTests.firstSuccess/.memberDeadline,
//                           LimitTests.toolLoop/.timeout, SystemPromptTests.generated
//  6 entry point            RoutingTests.entryPoint
//  9 hash order             GroupTests.joinedInOrder, ToolTests.mixedBatch, and below
// 10 members' results lost  GroupTests.memberTools/.partialSuccess
// 11 calls dropped, stuck   ToolTests.batchDeadline/.hardDeadline
// 12 text call grammar      TextToolCallTests
// 14 signal mentioned       MentionedSignalTests, and below
// 15 blocked or lossy feed  FeedTests.vanishedReader/.slowReader/.bounded
// 17 one resume for all     SessionTests.oneAnswer/.isolation
// 24 split characters       ToolOutputCapsTests.cut, ToolTests.outputCaps

@Suite("Faults of the original")
struct OriginalFaultTests {
    @Test("Fault 3: a signal that leads to a group does not hide the one after it")
    func groupSignalHidesNothing() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"), AgentDefinition(id: "c"),
            routing: RoutingDefinition(
                signals: ["a": [SignalRoute("[ALL]", to: "g"), SignalRoute("[B]", to: "b")]],
                groups: ["g": ParallelGroup(agents: ["b", "c"])]))
        let told = try await crew.run(
            "hi", ["a": [.text("not [ALL] today, [B]")], "b": [.text("ok")]])
        #expect(told.path == ["a", "b"])
        #expect(!told.names.contains("group_started"))
    }

    @Test("Fault 7: every model call holds the person's text once and no reply twice")
    func textOnce() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a", tools: ["t"]), AgentDefinition(id: "b"),
            routing: RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "b")]]))
        crew.tools = Toolbox([ClosureTool("t") { _ in "42" }])
        let model = ScriptedModel([
            "a": [.calls(("t", [:])), .text("it is so, [B]")], "b": [.text("fine")],
        ])
        let history: [ConversationEntry] = [.user("before"), .said("a", "noted")]
        _ = try await crew.run(RunRequest("how much?", history: history), model)
        #expect(model.requests.count == 3)
        for request in model.requests {
            let texts = request.messages.map(\.text)
            #expect(texts.filter { $0.contains("how much?") }.count == 1)
            #expect(texts.filter { $0.contains("before") }.count == 1)
            #expect(texts.filter { $0.contains("noted") }.count == 1)
        }
        let last = try #require(model.requests.last)
        #expect(last.messages.filter { $0.text.contains("it is so") }.count == 1)
    }

    @Test(
        "Fault 8: after a handoff the other agent's words are context with its name, not the person's"
    )
    func handoffIsLabelled() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", name: "An", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        let model = ScriptedModel(["a": [.text("I found it")], "b": [.text("good")]])
        _ = try await crew.run(RunRequest("hi"), model)
        let messages = try #require(model.requests.last).messages
        #expect(messages.contains(.user("[Context from An]\nI found it")))
        #expect(!messages.contains(.user("I found it")))
        #expect(!messages.contains(.assistant(text: "I found it", toolCalls: [])))
    }

    @Test("Fault 9: the problems of a definition come in one order, whatever the hashing")
    func problemOrder() {
        let names = (0..<40).map { "nobody\($0)" }
        var orders: Set<[String]> = []
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            var crew = CrewDefinition(name: "test", agents: [AgentDefinition(id: "a")])
            for name in names.shuffled(using: &random) {
                crew.routing.behaviors[AgentID(name)] = AgentBehavior()
                crew.routing.signals[AgentID(name)] = []
                crew.routing.defaults[AgentID(name)] = "a"
                crew.routing.groups[GroupID(name)] = ParallelGroup(agents: [])
            }
            orders.insert(crew.problems(tools: []).map(\.path.description))
        }
        #expect(orders.count == 1)
    }

    @Test("Fault 13: an agent's tools are offered to its model with their schemas, to others not")
    func toolsAreOffered() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a", tools: ["t"], handoffTargets: ["b"]), AgentDefinition(id: "b"))
        crew.definition.agents[0].routing = .signals
        let parameters: JSONValue = ["type": "object", "properties": ["host": ["type": "string"]]]
        crew.tools = Toolbox([ClosureTool("t", parameters: parameters) { _ in "x" }])
        let model = ScriptedModel(["a": [.text("x")], "b": [.text("y")]])
        _ = try await crew.run(RunRequest("hi"), model)
        #expect(model.requests.map { $0.tools.map(\.name) } == [["t"], []])
        #expect(model.requests.first?.tools.first?.parameters == parameters)
    }

    @Test("Fault 14: an agent that explains a signal does not follow it")
    func explainedSignal() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a"), AgentDefinition(id: "b"),
            routing: RoutingDefinition(signals: ["a": [SignalRoute("[B]", to: "b")]]))
        let told = try await crew.run(
            "how does it work?",
            ["a": [.text("When I write `[B]`, B takes over:\n```\n[B]\n```\n> [B]")]])
        #expect(told.path == ["a"])
        #expect(told.result.outcome == .completed)
        #expect(told.warnings.isEmpty)
    }

    @Test("Fault 16: neither the end by a signal nor a limit is told as a failure")
    func endsAreNoErrors() async throws {
        var crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        crew.definition.settings.maxHandoffs = 0
        let ended = try await crew.run("hi", ["a": [.text("[STOP]")]])
        #expect(ended.result.outcome == .terminated(by: "[STOP]"))
        #expect(
            ended.names == [
                "run_started", "turn_started", "round_started", "replied",
                "signal_matched", "run_ended",
            ])
        let limited = try await crew.run("hi", ["a": [.text("over to b")]])
        #expect(limited.result.outcome == .limitReached(.handoffs))
        #expect(
            limited.names == [
                "run_started", "turn_started", "round_started", "replied",
                "run_ended",
            ])
        #expect(limited.result.text == "over to b")
    }

    @Test("Fault 18: a failure ends the log once, with the id of the agent, and nothing follows")
    func oneFailure() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a", name: "An"))
        let error = CrewError(.modelOverloaded, "busy")
        let told = try await crew.run("hi", ["a": [.failure(error)]])
        #expect(
            told.names == [
                "run_started", "turn_started", "round_started", "round_failed",
                "run_ended",
            ])
        #expect(
            told.result.outcome
                == .failed(RunFailure(code: "model_overloaded", message: "busy", agent: "a")))
    }

    @Test("Fault 18: nothing follows a pause")
    func pauseIsLast() async throws {
        var crew = CrewFixture(AgentDefinition(id: "a"))
        crew.definition.routing.behaviors = ["a": AgentBehavior(waitForSignal: true)]
        let told = try await crew.run("hi", ["a": [.text("which?")]])
        #expect(
            told.names == ["run_started", "turn_started", "round_started", "replied", "paused"])
    }

    @Test("Fault 19: a run that nobody follows is cancelled like any other")
    func unfollowedCancellation() async throws {
        let crew = CrewFixture(AgentDefinition(id: "a"))
        let model = ScriptedModel(["a": [.hang(after: "")]])
        let runner = try crew.runner(model)
        let outcome = try await withRunning(runner) {
            let run = try await runner.start(RunRequest("hi"))
            await model.waitForRequests(1)
            runner.cancelLive(run)
            return try await runner.result(of: run).outcome
        }
        #expect(outcome == .cancelled)
    }

    @Test(
        "Fault 20: a tool that throws anything, or a bare cancellation, is an error the model reads"
    )
    func throwingTool() async throws {
        struct Odd: Error, CustomStringConvertible { let description = "odd" }
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["odd", "quits"]))
        crew.tools = Toolbox([
            ClosureTool("odd") { _ in throw Odd() },
            ClosureTool("quits") { _ in throw CancellationError() },
        ])
        let told = try await crew.run(
            "hi", ["a": [.calls(("odd", [:]), ("quits", [:])), .text("well")]])
        let results = told.events.compactMap { stored -> ToolResult.Status? in
            if case .toolReturned(let returned) = stored.event { return returned.result.status }
            return nil
        }
        #expect(results == [.error, .error])
        #expect(told.result.outcome == .completed)
    }

    @Test("Fault 22: output costs too, a price of zero is free, and an unknown price is unknown")
    func costs() async throws {
        func cost(_ price: TokenPrice?, _ usage: Usage?) async throws -> Double? {
            var crew = CrewFixture(AgentDefinition(id: "a"))
            crew.definition.agents[0].price = price
            return try await crew.run("hi", ["a": [.reply(ModelReply(text: "x", usage: usage))]])
                .result.cost
        }
        let usage = Usage(inputTokens: 1_000_000, outputTokens: 500_000)
        let price = TokenPrice(inputPerMillion: 2, outputPerMillion: 8)
        #expect(try await cost(price, usage) == 6)
        #expect(try await cost(TokenPrice(inputPerMillion: 0, outputPerMillion: 0), usage) == 0)
        #expect(try await cost(nil, usage) == nil)
        #expect(try await cost(price, nil) == nil)
    }

    @Test("Fault 22: usage that one call did not report makes the sum a lower bound, not a zero")
    func unknownUsage() async throws {
        let crew = CrewFixture(
            AgentDefinition(id: "a", handoffTargets: ["b"]), AgentDefinition(id: "b"))
        let known = Usage(inputTokens: 10, outputTokens: 2)
        let partly = try await crew.run(
            "hi", ["a": [.reply(ModelReply(text: "x", usage: known))], "b": [.text("y")]])
        #expect(partly.result.usage?.totalTokens == 12)
        #expect(partly.result.usage?.isComplete == false)
        let never = try await crew.run("hi", ["a": [.text("x")], "b": [.text("y")]])
        #expect(never.result.usage?.totalTokens == nil)
        #expect(never.result.usage?.isComplete == false)
    }

    @Test("Fault 23: whether a failure is worth another try is told by its code, not its text")
    func failureByCode() {
        let words = "required field, parameter, connection refused, timeout"
        #expect(!CrewError(.modelRejectedRequest, words).code.isWorthRetrying)
        #expect(CrewError(.modelTimeout, "the parameter is invalid").code.isWorthRetrying)
    }

    @Test("Fault 25: what lay beneath a model's failure is kept")
    func causeIsKept() throws {
        struct Cause: Error, Equatable {}
        #expect(CrewError(modelFailure: Cause()).cause as? Cause == Cause())
        let typed = CrewError(.modelTimeout, "late", cause: Cause())
        #expect(CrewError(modelFailure: typed).code == .modelTimeout)
        #expect(CrewError(modelFailure: typed).cause as? Cause == Cause())
    }
}
