import FoundationEssentials
import Testing

@testable import CrewKit

@Suite("Typed tools")
struct TypedToolTests {
    struct Filter: Codable, Sendable, Equatable {
        var tags: [String]
        var since: Date?
    }

    enum Unit: String, Codable, CaseIterable, Sendable { case celsius, fahrenheit }
    enum Level: Int, Codable, CaseIterable, Sendable {
        case low = 1
        case high = 9
    }

    struct Weather: Codable, Sendable, Equatable {
        var city: String
        var days: Int?
        var unit: Unit
        var level: Level?
        var filter: Filter?
        var grid: [[Double]]
        var limits: [String: UInt8]
        var agent: AgentID
        var note: JSONValue?
        var verbose: Bool
    }

    struct One: Codable, Sendable { var host: String }

    private func call(_ tool: some Tool, _ arguments: JSONObject) async throws -> String {
        let checked = try ArgumentCheck.arguments(.object(arguments), for: tool.definition)
        return try await tool.call(
            ToolInvocation(
                call: "c", arguments: checked, idempotencyKey: "k", run: "r", agent: "a"))
    }

    @Test("The schema follows the type, in the order of its members")
    func schema() throws {
        let tool = try TypedTool("W", "Weather.", effect: .read) { (_: Weather, _) in "" }
        #expect(
            tool.definition.parameters.text == """
                {"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"},\
                "unit":{"type":"string","enum":["celsius","fahrenheit"]},\
                "level":{"type":"integer","enum":[1,9]},\
                "filter":{"type":"object","properties":{"tags":{"type":"array","items":{"type":"string"}},\
                "since":{"type":"string","format":"date-time"}},"required":["tags"]},\
                "grid":{"type":"array","items":{"type":"array","items":{"type":"number"}}},\
                "limits":{"type":"object","additionalProperties":{"type":"integer","minimum":0,"maximum":255}},\
                "agent":{"type":"string"},"note":{},"verbose":{"type":"boolean"}},\
                "required":["city","unit","grid","limits","agent","verbose"]}
                """)
        #expect(tool.definition.effect == .read)
    }

    @Test("Descriptions and constraints are added; a default makes a parameter optional")
    func notes() throws {
        let tool = try TypedTool(
            "P", "Ping.", timeout: .seconds(3), descriptions: ["host": "name"],
            constraints: ["host": ["pattern": "^a", "default": "ab"]]
        ) { (input: One, _) in input.host }
        #expect(
            tool.definition.parameters == [
                "type": "object",
                "properties": [
                    "host": [
                        "type": "string", "pattern": "^a", "default": "ab", "description": "name",
                    ]
                ],
            ])
        #expect(tool.definition.timeout == .seconds(3))
    }

    @Test("A description of nothing is refused with a hint")
    func strayNote() {
        let error = #expect(throws: CrewError.self) {
            try TypedTool("P", "", descriptions: ["hots": "x"]) { (_: One, _) in "" }
        }
        #expect(error?.message == "tool 'P': 'hots' is no parameter of it; did you mean 'host'?")
    }

    @Test("Arguments arrive decoded, after what a model wrote was converted")
    func decoding() async throws {
        let tool = try TypedTool("W", "") { (input: Weather, call) in
            "\(input.city) \(input.days ?? 0) \(input.unit) \(input.filter?.tags ?? []) \(call.run)"
        }
        let text = try await call(
            tool,
            [
                "city": "Huế", "days": "3", "unit": "Celsius", "grid": [], "limits": ["a": "7"],
                "agent": "x", "verbose": "yes", "filter": ["tags": "a, b"],
            ])
        #expect(text == #"Huế 3 celsius ["a", "b"] r"#)
    }

    @Test("A value is returned as JSON with sorted keys")
    func output() async throws {
        struct Answer: Encodable, Sendable {
            var b = "x/y"
            var a = 1
        }
        let tool = try TypedTool("A", "") { (_: One, _) in Answer() }
        #expect(try await call(tool, ["host": "h"]) == #"{"a":1,"b":"x/y"}"#)
    }

    @Test("What the type refuses is told with its path")
    func refusal() async throws {
        let tool = try TypedTool("W", "") { (_: Weather, _) in "" }
        var arguments: JSONObject = [
            "city": "a", "unit": "celsius", "grid": [], "limits": [:], "agent": "x",
            "verbose": true, "filter": ["tags": [], "since": "yesterday"],
        ]
        let checked = await #expect(throws: CrewError.self) { try await call(tool, arguments) }
        #expect(checked?.message.contains("parameter 'filter.since': must be a time") == true)

        // What passes a check of somebody else's is refused by the type itself.
        let invocation = ToolInvocation(
            call: "c", arguments: arguments, idempotencyKey: "k", run: "r", agent: "a")
        let error = await #expect(throws: CrewError.self) { try await tool.call(invocation) }
        #expect(error?.code == .toolRejectedArguments)
        #expect(error?.message.hasPrefix("parameter 'filter.since'") == true)

        arguments["filter"] = ["tags": [], "since": "2024-02-29T13:45:00.5+07:00"]
        #expect(try await call(tool, arguments) == "")
    }

    @Test("A thrown error reaches the caller untouched")
    func thrown() async throws {
        struct Broken: Error {}
        let tool = try TypedTool("B", "") { (_: One, _) -> String in throw Broken() }
        await #expect(throws: Broken.self) { try await call(tool, ["host": "h"]) }
    }

    struct Tree: Decodable, Sendable { var children: [Tree] }
    enum Open: String, Decodable, Sendable { case a }
    struct HasOpen: Decodable, Sendable { var open: Open }
    enum Shape: Decodable, Sendable { case circle(Double) }
    struct HasShape: Decodable, Sendable { var shape: Shape }

    private func problem<Input: Decodable & Sendable>(_ type: Input.Type) -> String? {
        let error = #expect(throws: CrewError.self) {
            try TypedTool("T", "") { (_: Input, _) in "" }
        }
        #expect(error?.code == .invalidDefinition)
        return error?.message
    }

    @Test("A type that cannot be derived is refused when the tool is made")
    func underivable() {
        #expect(
            problem(Tree.self)?.contains("Tree.children cannot be derived: Tree holds itself")
                == true)
        #expect(problem(HasOpen.self)?.contains("must be CaseIterable") == true)
        #expect(problem(HasShape.self)?.contains("HasShape.shape cannot be derived") == true)
        #expect(problem(String.self)?.contains("named members") == true)
        #expect(problem([Int].self)?.contains("named members") == true)
    }

    struct Nothing: Decodable, Sendable {}

    @Test("A type without members takes no parameters")
    func empty() async throws {
        let tool = try TypedTool("N", "") { (_: Nothing, _) in "ok" }
        #expect(try await call(tool, [:]) == "ok")
        #expect(tool.definition.parameters["type"] == "object")
    }
}
