import CrewKit
import CrewTesting
import Foundation
import Testing

@testable import CrewProviders

enum Oracle {
    static let folder = ProcessInfo.processInfo.environment["CREW_ORACLE_FOLDER"]
}

/// Writes what the contract's endpoints send and receive, for `dev/oracles/run` to try the vendors' own
/// clients on.
@Suite("Answers for oracles", .enabled(if: Oracle.folder != nil))
struct OracleAnswersTests {
    static let wires: [any ContractedWire] = [
        ChatContractWire(), ResponsesContractWire(), AnthropicContractWire(), OllamaContractWire(),
    ]

    private static func write(_ value: JSONValue, _ kind: String, _ wire: ModelWire, _ name: String)
        throws
    {
        let folder = URL(fileURLWithPath: try #require(Oracle.folder))
            .appending(path: kind).appending(path: wire.rawValue)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(value.text.utf8).write(to: folder.appending(path: name + ".json"))
    }

    @Test("Every whole reply of the contract is written with what it should come to")
    func answers() throws {
        for wire in Self.wires {
            for (name, answer) in EndpointAnswer.samples {
                guard case .reply(let parts, let finish, let usage) = answer else { continue }
                let response = wire.response(to: answer)
                let headers = response.headers.map { ($0.key, JSONValue.string($0.value)) }
                let value: JSONValue = [
                    "status": .integer(response.status), "headers": .object(JSONObject(headers)),
                    "pieces": .array(
                        response.pieces.map { .string(String(decoding: $0, as: UTF8.self)) }),
                    "expected": Self.expected(parts, finish, usage.map(wire.reported)),
                ]
                try Self.write(value, "answers", wire.wire, name)
            }
        }
    }

    private static func expected(
        _ parts: [EndpointAnswer.Part], _ finish: FinishReason, _ usage: Usage?
    ) -> JSONValue {
        var (text, reasoning, refusal) = ("", "", "")
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .reasoning(let piece): reasoning += piece
            case .refusal(let piece): refusal += piece
            case .call, .arguments: break
            }
        }
        let calls = EndpointAnswer.calls(of: parts).map { call -> JSONValue in
            [
                "id": call.id.map { .string($0) } ?? .null, "name": .string(call.name),
                "arguments": call.arguments,
            ]
        }
        return [
            "text": .string(text), "reasoning": .string(reasoning), "refusal": .string(refusal),
            "calls": .array(calls), "finish": .string(finish.rawValue),
            "usage": [
                "input": usage?.inputTokens.map { .integer($0) } ?? .null,
                "output": usage?.outputTokens.map { .integer($0) } ?? .null,
                "cached": usage?.cachedInputTokens.map { .integer($0) } ?? .null,
                "reasoning": usage?.reasoningTokens.map { .integer($0) } ?? .null,
            ],
        ]
    }

    @Test("Requests of every kind are written as the endpoint receives them")
    func requests() async throws {
        for wire in Self.wires {
            for (name, request) in Self.samples {
                let answer = wire.response(to: EndpointAnswer.samples[0].answer)
                try await LoopbackServer().serve(answer) { endpoint in
                    try await wire.withModel(ModelSetting(address: endpoint.address)) { model in
                        _ = try await model.reply(to: request) { _ in }
                    }
                    let body = try await endpoint.received().json
                    try Self.write(body, "requests", wire.wire, name)
                }
            }
        }
    }

    private static var samples: [(String, ModelRequest)] {
        let plain = ModelRequest(agent: "a", messages: [.system("Be brief."), .user("Why?")])
        var settings = plain
        settings.temperature = 0.5
        settings.maxOutputTokens = 100
        settings.format = ResponseFormat(
            name: "route",
            schema: [
                "type": "object", "properties": ["route": ["type": "string"]],
                "required": ["route"], "additionalProperties": false,
            ])
        var tools = plain
        let calls = [ToolCall(id: "call_1", name: "now"), ToolCall(id: "call_2", name: "now")]
        tools.tools = [ToolDefinition(name: "now", description: "Tells the time.")]
        tools.toolChoice = .required
        tools.messages += [
            .assistant(text: "", toolCalls: calls),
            .tool(call: "call_1", name: "now", output: "noon"),
            .tool(call: "call_2", name: "now", output: ""),
            .assistant(text: "Noon.", toolCalls: []), .user("And now?"),
        ]
        return [("plain", plain), ("settings", settings), ("tools", tools)]
    }
}
