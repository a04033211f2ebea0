import CrewKit
import Testing

@Suite("Text tool calls")
struct TextToolCallTests {
    static let tools: [ToolDefinition] = [
        tool("GetCPUUsage", []),
        tool("PingHost", [("host", "string"), ("count", "integer")]),
        tool("ExecuteCommand", [("command", "string")]),
        tool("Search", [("query", "string"), ("tags", "array"), ("days", "integer")]),
        tool("List", [("items", "array")]),
        tool("Host", [("name", "string")]),
        ToolDefinition(name: "Anything", description: ""),
    ]

    private static func tool(_ name: ToolName, _ parameters: [(String, JSONValue)])
        -> ToolDefinition
    {
        let properties = parameters.map { ($0.0, ["type": $0.1] as JSONValue) }
        return ToolDefinition(
            name: name, description: "",
            parameters: ["type": "object", "properties": .object(JSONObject(properties))])
    }

    private func read(_ reply: String) -> TextToolCalls {
        TextToolCallParser.calls(in: reply, tools: Self.tools)
    }

    private func written(_ reply: String) -> [String] {
        read(reply).calls.map { "\($0.name)\($0.arguments.text)" }
    }

    @Test(
        "A call at the start of a line is one",
        arguments: [
            ("PingHost(10.0.0.1)", #"PingHost{"host":"10.0.0.1"}"#),
            ("  PingHost(10.0.0.1, 3)", #"PingHost{"host":"10.0.0.1","count":"3"}"#),
            ("- PingHost(a)", #"PingHost{"host":"a"}"#),
            ("* `PingHost(a)`", #"PingHost{"host":"a"}"#),
            ("• PingHost(a)", #"PingHost{"host":"a"}"#),
            ("12. **PingHost(a)**", #"PingHost{"host":"a"}"#),
            ("1) `PingHost(a)` checks it", #"PingHost{"host":"a"}"#),
            ("GetCPUUsage()", "GetCPUUsage{}"),
            ("GetCPUUsage( )\r", "GetCPUUsage{}"),
            ("Tôi kiểm tra:\nPingHost(a)\nXong.", #"PingHost{"host":"a"}"#),
            ("Let me see.\n```tool\nresult = PingHost(a)\n```", #"PingHost{"host":"a"}"#),
        ])
    func calls(reply: String, call: String) {
        #expect(written(reply) == [call])
        #expect(read(reply).warnings == [])
    }

    @Test(
        "What only looks like a call is none",
        arguments: [
            "RAM(16GB) is enough", "MyPingHost(a)", "I would use PingHost(a) here", "PingHost (a)",
            "myHost(a)", "Tool(PingHost(a))", "PingHost", "éPingHost(a)", "my_PingHost(a)",
            "> PingHost(a)", "```\nPingHost(a)\n```", "```swift\nPingHost(a)\n```",
            "<think>\nPingHost(a)\n</think>\nno", "Output: pinged\nPingHost(a)",
            "[📊 TOOL EXECUTION RESULTS]\n\nPingHost(a)\n\n[END RESULTS]", "f(x)", "x.PingHost(a)",
            "```tool\nMyPingHost(a) éPingHost(a)\n```",
        ])
    func noCalls(reply: String) {
        #expect(read(reply).calls == [])
    }

    @Test("Prose with parentheses is not warned of, a misspelt tool is")
    func warnings() {
        #expect(read("RAM(16GB)\nf(x) is 3\nI would use PingHots(a)").warnings == [])
        #expect(
            read("PingHots(a)").warnings == [
                "line 1: 'PingHots(' names no tool of this agent (perhaps 'PingHost' was "
                    + "meant); not taken as a tool call"
            ])
    }

    @Test(
        "Values are named, positional in the order of the schema, or both",
        arguments: [
            ("PingHost(host=a, count=3)", #"PingHost{"host":"a","count":"3"}"#),
            ("PingHost(count: 3, host: a)", #"PingHost{"count":"3","host":"a"}"#),
            (#"PingHost("host": "a", "count": 3)"#, #"PingHost{"host":"a","count":3}"#),
            (#"PingHost({"host": "a", "count": 3})"#, #"PingHost{"host":"a","count":3}"#),
            ("PingHost('host': 'a')", #"PingHost{"host":"a"}"#),
            ("PingHost(HOST=a)", #"PingHost{"host":"a"}"#),
            ("PingHost(hots=a)", #"PingHost{"hots":"a"}"#),
            ("PingHost(a, count=3)", #"PingHost{"host":"a","count":"3"}"#),
            ("PingHost(, 3)", #"PingHost{"count":"3"}"#),
            ("PingHost(a,)", #"PingHost{"host":"a"}"#),
            ("PingHost(a, 3, x)", #"PingHost{"host":"a","count":"3","arg2":"x"}"#),
            ("Anything(n=3, ok=true, t=x)", #"Anything{"n":3,"ok":true,"t":"x"}"#),
            ("Anything(7, x)", #"Anything{"arg0":7,"arg1":"x"}"#),
        ])
    func mapping(reply: String, call: String) {
        #expect(written(reply) == [call])
    }

    @Test(
        "Quotes, brackets and signs inside values do not end or split them",
        arguments: [
            (#"PingHost("a, b)", 3)"#, #"PingHost{"host":"a, b)","count":"3"}"#),
            ("PingHost('a (b', 3)", #"PingHost{"host":"a (b","count":"3"}"#),
            ("PingHost(f(x, y), 3)", #"PingHost{"host":"f(x, y)","count":"3"}"#),
            (
                "PingHost(https://x.vn/?a=1&b=(2), 3)",
                #"PingHost{"host":"https://x.vn/?a=1&b=(2)","count":"3"}"#
            ),
            ("PingHost(it's)", #"PingHost{"host":"it's"}"#),
            (#"PingHost("say \"hi\"")"#, #"PingHost{"host":"say \"hi\""}"#),
            (#"PingHost("C:\Users\n")"#, #"PingHost{"host":"C:\\Users\n"}"#),
            ("Search(x, [a, b], 3)", #"Search{"query":"x","tags":"[a, b]","days":"3"}"#),
            (#"Search(x, ["a", 1], 3)"#, #"Search{"query":"x","tags":["a",1],"days":"3"}"#),
            (
                #"PingHost("say "hi" there", 3)"#,
                #"PingHost{"host":"\"say \"hi\" there\"","count":"3"}"#
            ),
            (#"Search("Hà Nội")"#, #"Search{"query":"Hà Nội"}"#),
            ("ExecuteCommand(echo a, b (c))", #"ExecuteCommand{"command":"echo a, b (c)"}"#),
            ("ExecuteCommand(LANG=C date)", #"ExecuteCommand{"command":"LANG=C date"}"#),
            (#"ExecuteCommand("ls" "-l")"#, #"ExecuteCommand{"command":"\"ls\" \"-l\""}"#),
            (#"List("a", "b")"#, #"List{"items":["a","b"]}"#),
        ])
    func values(reply: String, call: String) {
        #expect(written(reply) == [call])
    }

    @Test("A call may span lines")
    func multiLine() {
        #expect(
            written("PingHost(\r\n  host=\"a\",\n  count=3\n)\nGetCPUUsage()")
                == [#"PingHost{"host":"a","count":"3"}"#, "GetCPUUsage{}"])
        #expect(written("ExecuteCommand(\"a\n\nb\")") == [#"ExecuteCommand{"command":"a\n\nb"}"#])
    }

    @Test("A call does not reach over code or a blank line")
    func interrupted() {
        #expect(read("PingHost(\n```\ncode\n```\n)").calls == [])
        let found = read("PingHost(a\n\nthat was it)\nGetCPUUsage()")
        #expect(found.calls.map(\.name) == ["GetCPUUsage"])
        #expect(found.warnings == ["line 1: 'PingHost(' is never closed; not taken as a tool call"])
    }

    @Test("Several calls on a line, repeated ones once, numbered in order")
    func several() {
        let found = read("`PingHost(a)`, PingHost(b); GetCPUUsage()\nPingHost(a)\nHost(c)")
        #expect(found.calls.map(\.id) == ["PingHost_0", "PingHost_1", "GetCPUUsage_2", "Host_3"])
        #expect(found.calls.allSatisfy { $0.origin == .text })
        #expect(found.warnings == [])
    }

    @Test("Equal arguments in another order are the same call")
    func duplicates() {
        #expect(written("PingHost(host=a, count=3)\nPingHost(count=3, host=a)").count == 1)
    }

    @Test("What cannot be read is warned of, with its line")
    func unreadable() throws {
        let found = read("Now:\n\nPingHost(\"a)\nPingHost({\"host\": })\nPingHots(a)")
        #expect(found.calls == [])
        try #require(found.warnings.count == 3)
        #expect(found.warnings.first?.hasPrefix("line 3: 'PingHost(' is never closed") == true)
        #expect(found.warnings[1].hasPrefix("line 4: 'PingHost(…)' holds invalid JSON"))
        #expect(found.warnings[2].contains("perhaps 'PingHost' was meant"))
    }

    @Test("A reply full of broken calls ends after a few warnings")
    func bounded() {
        let found = read(String(repeating: "PingHost(\n", count: 20_000))
        #expect(found.calls == [])
        #expect(found.warnings.count == 20)
    }

    @Test("An agent without tools calls none")
    func noTools() {
        #expect(TextToolCallParser.calls(in: "PingHost(a)", tools: []) == TextToolCalls())
    }

    @Test("The caller makes the ids")
    func ids() {
        let found = TextToolCallParser.calls(
            in: "GetCPUUsage()", tools: Self.tools, id: { ToolCallID("r1-\($1)-\($0)") })
        #expect(found.calls.map(\.id) == ["r1-0-GetCPUUsage"])
    }
}
