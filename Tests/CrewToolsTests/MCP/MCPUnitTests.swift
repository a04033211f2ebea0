import CrewKit
import CrewTesting
import Testing

@testable import CrewTools

@Suite("MCP, piece by piece")
struct MCPUnitTests {
    @Test("Names are the server's and the tool's, in letters that models may write")
    func names() {
        #expect(MCPToolName.name(of: "get_time", on: "time") == "time__get_time")
        let dotted = MCPToolName.name(of: "a.b", on: "s").rawValue
        #expect(dotted.hasPrefix("s__a_b_"))
        #expect(dotted != MCPToolName.name(of: "a/b", on: "s").rawValue)
        let long = MCPToolName.name(of: String(repeating: "x", count: 100), on: "s").rawValue
        #expect(long.utf8.count == 64)
        #expect(
            long != MCPToolName.name(of: String(repeating: "x", count: 101), on: "s").rawValue)
    }

    private func list(
        _ tools: [JSONValue], hasHeaders: Bool = false,
        change: (inout MCPServerDefinition) -> Void = { _ in }
    ) -> MCPToolList {
        var definition = MCPServerDefinition(name: "s", transport: .stdio(CommandTemplate([])))
        change(&definition)
        return MCPToolList(tools, of: definition, timeout: nil, hasHeaders: hasHeaders)
    }

    @Test("Only what is allowed and not denied is offered")
    func allowAndDeny() {
        let tools: [JSONValue] = [["name": "a"], ["name": "b"], ["name": "c"]]
        let list = list(tools) {
            $0.allow = ["a", "b"]
            $0.deny = ["b"]
        }
        #expect(list.entries.map(\.name) == ["a"])
        #expect(list.warnings == [])
    }

    @Test("Each name that the server does not have is told, with the one that may be meant")
    func strangers() {
        let list = list([["name": "delete_all"], ["name": "read"]]) {
            $0.allow = ["delete_all", "read", "zzzzzzzzzz"]
            $0.deny = ["delete_al"]
            $0.effects = ["reed": .read]
        }
        #expect(
            list.warnings == [
                "it does not offer the tool 'zzzzzzzzzz' that 'allow' names",
                "it does not offer the tool 'delete_al' that 'deny' names; "
                    + "did you mean 'delete_all'?",
                "it does not offer the tool 'reed' that 'effects' names; did you mean 'read'?",
            ])
    }

    @Test(
        "Only a server that certainly did nothing lets a call be made again",
        arguments: [
            (.status(429, ""), true), (.status(503, ""), false), (.lost("broke"), false),
            (.unreachable("refused"), true),
        ] as [(MCPFailure, Bool)])
    func withoutEffect(failure: MCPFailure, isWithoutEffect: Bool) {
        #expect(MCPTool.failure(failure, server: "s").isWithoutEffect == isWithoutEffect)
    }

    @Test("A server's hints make us more careful, never less")
    func effects() {
        let list = list([
            ["name": "reads", "annotations": ["readOnlyHint": true, "idempotentHint": true]],
            ["name": "destroys", "annotations": ["destructiveHint": true]],
            ["name": "written", "annotations": ["destructiveHint": true]],
        ]) { $0.effects = ["written": .read] }
        #expect(list.entries.map(\.definition.effect) == [.write, .irreversible, .read])
        #expect(list.entries.allSatisfy { !$0.definition.isIdempotent })
    }

    @Test(
        "A tool whose schema breaks the rules for headers is left out, the others stay",
        arguments: [
            ["type": "object", "properties": ["a": ["type": "object", "x-mcp-header": "A"]]],
            ["type": "object", "properties": ["a": ["type": "string", "x-mcp-header": "A b"]]],
            ["type": "object", "properties": ["a": ["type": "string", "x-mcp-header": ""]]],
            [
                "type": "object",
                "properties": [
                    "a": ["type": "string", "x-mcp-header": "A"],
                    "b": ["type": "string", "x-mcp-header": "a"],
                ],
            ],
            [
                "type": "object",
                "properties": [
                    "a": [
                        "type": "array", "items": ["type": "string", "x-mcp-header": "A"],
                    ]
                ],
            ],
        ] as [JSONValue])
    func headerRules(schema: JSONValue) {
        let tools: [JSONValue] = [["name": "bad", "inputSchema": schema], ["name": "good"]]
        #expect(list(tools, hasHeaders: true).entries.map(\.name) == ["good"])
        #expect(list(tools, hasHeaders: true).warnings.count == 1)
        #expect(list(tools).entries.count == 2)
    }

    @Test("Nested arguments are repeated in headers; absent ones and odd values are not")
    func mirrored() throws {
        let rules = try HeaderRules(schema: [
            "type": "object",
            "properties": [
                "place": [
                    "type": "object",
                    "properties": ["city": ["type": "string", "x-mcp-header": "City"]],
                ],
                "loud": ["type": "boolean", "x-mcp-header": "Loud"],
                "note": ["type": "string", "default": ["x-mcp-header": "no rule"]],
            ],
        ])
        let headers = rules.headers(for: ["place": ["city": "Vinh"], "loud": true])
        #expect(headers.map(\.name) == ["mcp-param-City", "mcp-param-Loud"])
        #expect(headers.map(\.value) == ["Vinh", "true"])
        #expect(rules.headers(for: ["place": ["city": nil]]).isEmpty)
    }

    @Test(
        "Values are written plainly where that is clear",
        arguments: [
            ("plain text", "plain text"), (" blank", "=?base64?IGJsYW5r?="),
            ("two\nlines", "=?base64?dHdvCmxpbmVz?="),
            ("=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?="),
            ("", ""),
        ])
    func headerValues(text: String, expected: String) {
        #expect(HeaderValue.encoded(text) == expected)
    }

    private func lines(_ chunks: [String], limit: Int = 10) -> [String] {
        var splitter = LineSplitter(limit: limit)
        var lines: [String] = []
        for chunk in chunks {
            Array(chunk.utf8).withUnsafeBytes { bytes in
                splitter.add(bytes) { line in
                    switch line {
                    case .whole(let bytes): lines.append(String(decoding: bytes, as: UTF8.self))
                    case .tooLong(let head):
                        lines.append("too long: " + String(decoding: head, as: UTF8.self))
                    }
                }
            }
        }
        return lines
    }

    @Test("Lines are whole, however they were cut, and one that is too long is only that one")
    func lineSplitter() {
        #expect(lines(["a\nb", "c\r\n", "\n", "d"]) == ["a", "bc", ""])
        #expect(
            lines(["0123456789\n", "0123", "4567890", "1\nok\n"]) == [
                "0123456789", "too long: 01234567890", "ok",
            ])
    }

    private func text(
        _ result: JSONValue, artifacts: RunArtifacts? = nil
    ) async throws -> String {
        try await MCPResultText(
            result, of: .test(), server: "s", artifacts: artifacts
        ).text()
    }

    @Test("Mixed content is text for the model, with notes on what is none")
    func mixedContent() async throws {
        let result: JSONValue = [
            "content": [
                ["type": "text", "text": "one"],
                ["type": "resource_link", "uri": "file:///a", "name": "A"],
                ["type": "resource", "resource": ["uri": "file:///b", "text": "inside"]],
                ["type": "resource", "resource": ["uri": "file:///c", "blob": "AAEC"]],
                ["type": "audio", "mimeType": "audio/wav", "data": "%%%"],
                ["type": "hologram"],
            ],
            "structuredContent": ["n": 1],
        ]
        #expect(
            try await text(result) == """
                one
                [link to A: file:///a]
                [resource file:///b]
                inside
                [resource file:///c, application/octet-stream, 3 bytes, not kept]
                [audio, audio/wav: its bytes could not be read]
                [content of an unknown type: hologram]
                {"n":1}
                """)
    }

    @Test("Structured content that the text says already is not said twice")
    func structuredOnce() async throws {
        let text = JSONValue.array([["type": "text", "text": #"{ "n": 1.0 }"#]])
        #expect(
            try await self.text(["content": text, "structuredContent": ["n": 1]])
                == #"{ "n": 1.0 }"#)
        let plain = JSONValue.array([["type": "text", "text": "5"]])
        #expect(
            try await self.text(["content": plain, "structuredContent": ["result": 5]]) == "5")
        #expect(try await self.text(["content": [], "structuredContent": [1, 2]]) == "[1,2]")
    }

    @Test("Many who find a thing worn out have it renewed once")
    func renewal() async throws {
        let renewal = SharedRenewal()
        let gate = Latch()
        let count = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    try await renewal.renew(after: 0) {
                        count.add()
                        await gate.wait()
                    }
                }
            }
            while count.value == 0 { await letOthersWork() }
            gate.open()
            try await group.waitForAll()
        }
        #expect(count.value == 1)
        #expect(renewal.generation == 1)
    }
}
