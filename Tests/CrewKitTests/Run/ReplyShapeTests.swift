import CrewTesting
import Testing

@testable import CrewKit

@Suite("Replies with a shape")
struct ReplyShapeTests {
    private let schema: JSONValue = [
        "type": "object", "properties": ["city": ["type": "string"], "days": ["type": "integer"]],
        "required": ["city", "days"],
    ]

    private func planner() -> AgentDefinition {
        var agent = AgentDefinition(id: "plan")
        agent.responseSchema = schema
        return agent
    }

    private func router() -> CrewFixture {
        var agent = AgentDefinition(id: "front desk", handoffTargets: ["lab"])
        agent.routing = .schema
        var routing = RoutingDefinition()
        routing.signals = [
            "front desk": [SignalRoute("[BILL]", to: "bills", description: "money")]
        ]
        return CrewFixture(
            agent, AgentDefinition(id: "lab", role: "tests"), AgentDefinition(id: "bills"),
            routing: routing)
    }

    @Test("A reply that fits is taken, its values in the right types")
    func fits() async throws {
        let model = ScriptedModel(["plan": [.text(#"```json {"city": "Kyiv", "days": "3"} ```"#)]])
        let told = try await CrewFixture(planner()).run(RunRequest("hi"), model)
        #expect(told.result.outcome == .completed)
        #expect(told.result.text == #"{"city":"Kyiv","days":3}"#)
        #expect(model.requests[0].format == ResponseFormat(name: "reply_plan", schema: schema))
        #expect(model.requests[0].messages[0].text.contains(schema.text))
    }

    @Test("A model gets one chance to mend its reply, within the same turn")
    func repaired() async throws {
        let model = ScriptedModel([
            "plan": [.text("Kyiv, three days"), .text(#"{"city": "Kyiv", "days": 3}"#)]
        ])
        let told = try await CrewFixture(planner()).run(RunRequest("hi"), model)
        #expect(told.result.outcome == .completed)
        #expect(told.names.filter { $0 == "turn_started" }.count == 1)
        #expect(told.names.filter { $0 == "reply_rejected" }.count == 1)
        #expect(model.requests[1].messages.last?.text.contains("is no JSON object") == true)
    }

    @Test("A second reply that does not fit fails the run")
    func rejected() async throws {
        let told = try await CrewFixture(planner())
            .run("hi", ["plan": [.text("Kyiv"), .text(#"{"city": "Kyiv"}"#)]])
        guard case .failed(let failure) = told.result.outcome else {
            Issue.record("did not fail: \(told.result.outcome)")
            return
        }
        #expect(failure.code == "reply_rejected")
        #expect(failure.message.contains("days"))
    }

    @Test("Each turn has its own chance")
    func again() async throws {
        var agent = planner()
        agent.tools = ["t"]
        var crew = CrewFixture(agent)
        crew.tools = Toolbox([ClosureTool("t") { _ in "ok" }])
        let good = #"{"city": "Kyiv", "days": 3}"#
        let told = try await crew.run(
            "hi", ["plan": [.text("no"), .calls(("t", [:])), .text("no"), .text(good)]])
        #expect(told.result.outcome == .completed)
    }

    @Test(
        "The route in the reply decides",
        arguments: [
            ("[BILL]", ["front desk", "bills"]), ("lab", ["front desk", "lab"]),
        ])
    func routes(_ route: String, _ path: [AgentID]) async throws {
        let told = try await router().run(
            "hi",
            [
                "front desk": [.text(#"{"reply": "One moment. [END]", "route": "\#(route)"}"#)],
                "lab": [.text("lab")], "bills": [.text("bills")],
            ])
        #expect(told.path == path)
        guard
            case .replied(let reply)? = told.events.first(where: { $0.event.name == "replied" })?
                .event
        else {
            Issue.record("no reply")
            return
        }
        #expect(reply.message.text == "One moment. [END]")
        #expect(told.names.contains("signal_matched") == (route == "[BILL]"))
    }

    @Test("What the model is asked for names each route and what it is for")
    func offered() async throws {
        let model = ScriptedModel([
            "front desk": [.text(#"{"reply": "Hi", "route": "lab"}"#)], "lab": [.text("lab")],
        ])
        _ = try await router().run(RunRequest("hi"), model)
        let request = model.requests[0]
        #expect(request.format?.name == "reply_front_desk")
        #expect(
            request.format?.schema["properties"]?["route"]?["enum"]
                == ["[BILL]", "lab", "none"])
        #expect(request.messages[0].text.contains("- [BILL]: money"))
        #expect(request.messages[0].text.contains("- lab: tests"))
        #expect(!request.messages[0].text.contains("End your reply with exactly one"))
        #expect(request.tools.isEmpty)
    }

    @Test("A reply that was cut in its text keeps its route")
    func cut() async throws {
        let text = #"{"route": "lab", "reply": "It may be \"the\u00"#
        let told = try await router().run(
            "hi",
            [
                "front desk": [.reply(ModelReply(text: text, finish: .length))],
                "lab": [.text("lab")],
            ])
        #expect(told.path == ["front desk", "lab"])
        #expect(told.warnings == [.replyCut])
        #expect(!told.names.contains("reply_rejected"))
    }

    @Test(
        "Text that broke off is closed where that makes it whole",
        arguments: [
            (#"{"a": "b"#, #"{"a": "b"}"#), (#"{"a": ["b", {"c": 1"#, #"{"a": ["b", {"c": 1}]}"#),
            (#"{"a": "b\"#, #"{"a": "b"}"#), (#"{"a": "b"}"#, nil), (#"{"a"]"#, nil),
        ])
    func closed(_ text: String, _ whole: String?) {
        #expect(CutJSON.closed(text) == whole)
    }

    @Test("A route that there is not is mended once")
    func unknownRoute() async throws {
        let told = try await router().run(
            "hi",
            [
                "front desk": [
                    .text(#"{"reply": "x", "route": "[PAY]"}"#),
                    .text(#"{"reply": "x", "route": "[BILL]"}"#),
                ], "bills": [.text("done")],
            ])
        #expect(told.path == ["front desk", "bills"])
    }

    @Test("No route ends the turn, whoever may be handed to")
    func none() async throws {
        let told = try await router().run(
            "hi",
            ["front desk": [.text(#"{"reply": "x", "route": "none"}"#)]])
        #expect(told.path == ["front desk"])
        #expect(told.result.outcome == .completed)
    }

    @Test("A model that is told of its tools in the prompt calls them in its shape")
    func tools() async throws {
        var crew = router()
        crew.definition.agents[0].toolCalls = .text
        crew.definition.agents[0].tools = ["Look"]
        crew.tools = Toolbox([ClosureTool("Look") { _ in "three" }])
        let model = ScriptedModel([
            "front desk": [
                .text(#"{"tool": "Look", "arguments": {}}"#),
                .text(#"{"reply": "three", "route": "lab"}"#),
            ], "lab": [.text("lab")],
        ])
        let told = try await crew.run(RunRequest("hi"), model)
        #expect(told.path == ["front desk", "lab"])
        #expect(told.names.contains("tool_returned"))
        #expect(model.requests[0].format?.schema["anyOf"]?.array?.count == 2)
    }

    @Test("What a reply wants to see again goes back to the model with the conversation")
    func memo() async throws {
        let memo = ModelMemo(wire: .anthropic, model: "m", content: ["signature": "x"])
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        crew.tools = Toolbox([ClosureTool("t") { _ in "ok" }])
        let call = ToolCall(id: "c", name: "t", arguments: [:])
        let model = ScriptedModel([
            "a": [.reply(ModelReply(toolCalls: [call], memo: memo)), .text("done")]
        ])
        _ = try await crew.run(RunRequest("hi"), model)
        let memos = model.requests[1].messages.compactMap { message -> ModelMemo? in
            if case .assistant(_, _, let memo) = message { return memo }
            return nil
        }
        #expect(memos == [memo])
    }
}
