import CrewKit
import CrewTesting
import Testing

@Suite("Which calls a person has to allow, and with what arguments")
struct ApprovalRuleTests {
    static let rules: [(ArgumentRule.Test, JSONValue, Bool)] = [
        (.isPresent, 1, true), (.isPresent, .null, false),
        (.equals("prod"), "prod", true), (.equals("prod"), "test", false),
        (.isOneOf(["a", "b"]), "b", true), (.isNoneOf(["a", "b"]), "b", false),
        (.isNoneOf(["a", "b"]), "c", true),
        (.isAbove(100), 100.5, true), (.isAbove(100), 100, false), (.isAbove(100), "250", true),
        (.isAbove(100), "much", true), (.isBelow(0), -1, true), (.isBelow(0), 3, false),
        (.isAbove(100), "nan", true), (.matches("^/etc"), "/etc/passwd", true),
        (.matches("^/etc"), "/tmp", false),
    ]

    @Test("A rule looks at one argument", arguments: rules)
    func rule(test: ArgumentRule.Test, value: JSONValue, asks: Bool) {
        let approval = ToolApproval.when([ArgumentRule("x.y", test)])
        #expect(approval.asks(effect: .write, arguments: ["x": ["y": value]]) == asks)
        #expect(!approval.asks(effect: .write, arguments: ["z": value]))
        #expect(approval.asks(effect: .write, arguments: ["x": "{\"y\": 1}"]))
    }

    @Test("The crew's settings count for tools that say nothing; a tool's own word counts more")
    func crewWide() async throws {
        let effects = EffectLedger()
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["pay", "note", "trusted"]))
        crew.definition.settings.toolApproval = .irreversible
        crew.tools = Toolbox([
            tool("pay", .irreversible, nil, effects), tool("note", .write, nil, effects),
            tool("trusted", .irreversible, .never, effects),
        ])
        let told = try await crew.run(
            "hi",
            ["a": [.calls(("pay", [:]), ("note", [:]), ("trusted", [:])), .text("ok")]])
        #expect(told.result.outcome == .paused(at: "a"))
        #expect(effects.totals == ["note": 1, "trusted": 1])
    }

    private func tool(
        _ name: ToolName, _ effect: ToolEffect, _ approval: ToolApproval?, _ effects: EffectLedger
    ) -> CountedTool {
        CountedTool(
            definition: ToolDefinition(
                name: name, description: "", effect: effect, approval: approval),
            effects: effects)
    }

    private static let parameters: JSONValue = [
        "type": "object", "properties": ["amount": ["type": "integer", "maximum": 500]],
        "required": ["amount"],
    ]

    @Test(
        "A rule sees the arguments that the tool gets, however the model wrote them",
        arguments: [
            #"{"amount": "400"}"#, #""{\"amount\": 400}""#, #"{"amount": 4e2}"#, "{}",
        ])
    func asTheToolGetsThem(written: String) async throws {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["pay"]))
        var pay = ClosureTool(
            "pay",
            parameters: [
                "type": "object",
                "properties": ["amount": ["type": "integer", "default": 500]],
            ], effect: .write
        ) { _ in "paid" }
        pay.definition.approval = .when([ArgumentRule("amount", .isAbove(100))])
        crew.tools = Toolbox([pay])
        let arguments = try JSONValue(parsing: written)
        let told = try await crew.run("x", ["a": [.calls(("pay", arguments))]])
        #expect(told.result.outcome == .paused(at: "a"))
    }

    private func paying() throws -> (CrewRunner, ScriptedModel) {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["pay"]))
        var pay = ClosureTool("pay", parameters: Self.parameters, effect: .write) { call in
            "paid \(call.arguments["amount"]?.text ?? "?")"
        }
        pay.definition.approval = .when([ArgumentRule("amount", .isAbove(100))])
        crew.tools = Toolbox([pay])
        let model = ScriptedModel([
            "a": [.calls(("pay", ["amount": 50]), ("pay", ["amount": 400])), .text("ok")]
        ])
        return (try crew.runner(model), model)
    }

    @Test("A person changes the arguments of a call, and its model reads that they did")
    func edited() async throws {
        let (runner, model) = try paying()
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            let open = try #require(try await runner.record(of: run)?.approvals)
            #expect(open.map(\.request.call.arguments) == [["amount": 400]])
            try await runner.decide(open[0].id, of: run, .approve, arguments: ["amount": 120])
            #expect(try await runner.driveToEnd(run) == .completed)
        }
        let texts = model.requests.last?.messages.suffix(2).map(\.text) ?? []
        #expect(texts.first == "paid 50")
        #expect(texts.last?.contains("other arguments: {\"amount\":120}") == true)
        #expect(texts.last?.hasSuffix("paid 120") == true)
    }

    @Test(
        "Other arguments that do not fit are refused, and the call waits on",
        arguments: zip(
            [ApprovalDecision.approve, .approve, .approve, .refuse],
            [["amount": 501], [:], "all of it", ["amount": 1]] as [JSONValue]))
    func misfits(decision: ApprovalDecision, arguments: JSONValue) async throws {
        let (runner, _) = try paying()
        try await withRunning(runner) {
            let run = try await runner.start(RunRequest("x"))
            _ = try await runner.result(of: run)
            let open = try #require(try await runner.record(of: run)?.approvals.first)
            let error = await #expect(throws: CrewError.self) {
                try await runner.decide(open.id, of: run, decision, arguments: arguments)
            }
            #expect(error?.code == .invalidInput)
            #expect(try await runner.record(of: run)?.approvals.count == 1)
        }
    }
}
