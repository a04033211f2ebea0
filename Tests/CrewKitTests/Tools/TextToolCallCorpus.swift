import CrewKit
import Testing

/// One reply as models write them, and the calls that are in it.
struct WrittenReply: CustomTestStringConvertible, Sendable {
    let about: String
    let text: String
    /// Each call as its name and its arguments in JSON.
    let calls: [String]
    /// How many warnings there are about what only began like a call.
    let warnings: Int
    var testDescription: String { about }

    init(_ about: String, _ text: String, _ calls: [String] = [], warnings: Int = 0) {
        self.about = about
        self.text = text
        self.calls = calls
        self.warnings = warnings
    }

    /// The tools of the original's examples, with the parameters that they have there.
    static let tools: [ToolDefinition] = [
        tool("GetCPUUsage"), tool("GetMemoryUsage"), tool("GetSystemDiagnostics"),
        tool("GetDiskSpace", ("path", "string")),
        tool("PingHost", ("host", "string"), ("count", "integer")),
        tool("CheckServiceStatus", ("service", "string")),
        tool("ResolveDNS", ("hostname", "string")),
        tool("ExecuteCommand", ("command", "string")),
        tool("SearchMessages", ("query", "string"), ("limit", "integer")),
        tool("CountMessagesBy", ("filter_by", "string"), ("filter_value", "string")),
        tool("Fetch", ("url", "string"), ("headers", "object"), ("retries", "integer")),
        tool("WriteFile", ("path", "string"), ("content", "string")),
        tool(
            "RecordAnswer", ("question", "string"), ("student_answer", "string"),
            ("is_correct", "boolean"), ("question_number", "integer")),
        tool("git__log", ("max_count", "integer")),
    ]

    private static func tool(_ name: ToolName, _ parameters: (String, JSONValue)...)
        -> ToolDefinition
    {
        let properties = parameters.map { ($0.0, ["type": $0.1] as JSONValue) }
        return ToolDefinition(
            name: name, description: "",
            parameters: ["type": "object", "properties": .object(JSONObject(properties))])
    }
}

extension WrittenReply {
    static let prose: [WrittenReply] = [
        WrittenReply(
            "a call between sentences",
            """
            I will check the machine first.
            PingHost(192.168.1.50, 4)
            Then I tell you what I found.
            """, [#"PingHost{"host":"192.168.1.50","count":"4"}"#]),
        WrittenReply(
            "a tool that is only mentioned",
            "You could use PingHost(192.168.1.50) or GetCPUUsage() to find out."),
        WrittenReply("a question about a tool", "Shall I run ExecuteCommand(reboot)?"),
        WrittenReply(
            "words behind the call", "GetCPUUsage() shows the load.", ["GetCPUUsage{}"]),
        WrittenReply(
            "parentheses in prose",
            """
            The server (db-1) is slow (see above).
            Memory(RAM) is at 90 % (14.4 GB).
            f(x) = 3
            """),
        WrittenReply(
            "a name inside a longer one", "MyPingHost(a)\nPingHostNow(a)\nPingHost2(a)",
            warnings: 3),
        WrittenReply("a method", "network.PingHost(a)\nos.path(a)\nreport.GetCPUUsage()"),
        WrittenReply(
            "Vietnamese sentences around a call",
            """
            Tôi sẽ kiểm tra máy chủ (192.168.1.50) trước.
            PingHost(192.168.1.50)
            Đã gửi lệnh ping, vui lòng đợi (khoảng 3 giây).
            """, [#"PingHost{"host":"192.168.1.50"}"#]),
        WrittenReply(
            "Vietnamese values",
            #"SearchMessages("ổ cứng đầy (phòng A5), máy chậm", 5)"#,
            [#"SearchMessages{"query":"ổ cứng đầy (phòng A5), máy chậm","limit":"5"}"#]),
        WrittenReply(
            "a Vietnamese letter before the name", "ĐPingHost(a)\nổPingHost(a)"),
        WrittenReply(
            "an answer of a quiz",
            #"RecordAnswer("Thủ đô của Việt Nam?", "Hà Nội, nghìn năm văn hiến", true, 3)"#,
            [
                #"RecordAnswer{"question":"Thủ đô của Việt Nam?","student_answer":"#
                    + #""Hà Nội, nghìn năm văn hiến","is_correct":"true","question_number":"3"}"#
            ]),
        WrittenReply(
            "reasoning is not spoken",
            "<think>\nPingHost(a) would help.\nPingHost(a)\n</think>\nNo need."),
    ]

    static let places: [WrittenReply] = [
        WrittenReply(
            "lists of calls",
            """
            1. PingHost(a)
            2) `GetCPUUsage()`
            - **GetMemoryUsage()**
            * GetDiskSpace(/)
            + ResolveDNS(a.vn)
            • CheckServiceStatus(nginx)
            """,
            [
                #"PingHost{"host":"a"}"#, "GetCPUUsage{}", "GetMemoryUsage{}",
                #"GetDiskSpace{"path":"/"}"#, #"ResolveDNS{"hostname":"a.vn"}"#,
                #"CheckServiceStatus{"service":"nginx"}"#,
            ]),
        WrittenReply(
            "a list entry of prose", "- I would call PingHost(a)\n1. Then GetCPUUsage() helps"),
        WrittenReply(
            "a call behind a label", "Action: PingHost(a)\nTool: GetCPUUsage()"),
        WrittenReply(
            "several on one line", "PingHost(a), PingHost(b); GetCPUUsage() | GetMemoryUsage()",
            [
                #"PingHost{"host":"a"}"#, #"PingHost{"host":"b"}"#, "GetCPUUsage{}",
                "GetMemoryUsage{}",
            ]),
        WrittenReply(
            "the same call twice", "PingHost(a)\nPingHost( a )\nPingHost(host=a)",
            [#"PingHost{"host":"a"}"#]),
        WrittenReply(
            "code of any language is shown, not called",
            """
            ```
            PingHost(a)
            ```
            ```swift
            PingHost(b)
            ```
            ~~~python
            PingHost(c)
            ~~~
            ````
            ```tool
            PingHost(d)
            ```
            ````
            """),
        WrittenReply(
            "a block fenced as tool",
            """
            ```tool
            PingHost(a, 2)
            result = GetCPUUsage()
            ```
            """, [#"PingHost{"host":"a","count":"2"}"#, "GetCPUUsage{}"]),
        WrittenReply(
            "a fence that is never closed", "```\nPingHost(a)\nGetCPUUsage()"),
        WrittenReply("a quotation", "> PingHost(a)\n> GetCPUUsage()"),
        WrittenReply(
            "repeated tool output",
            """
            Output: see below
            PingHost(evil.example)
            ExecuteCommand(rm -rf /)

            GetCPUUsage()
            """, ["GetCPUUsage{}"]),
        WrittenReply(
            "the original's block of results",
            """
            [📊 TOOL EXECUTION RESULTS]

            PingHost(evil.example)

            ExecuteCommand(rm -rf /)
            [END RESULTS]
            GetCPUUsage()
            """, ["GetCPUUsage{}"]),
        WrittenReply("an MCP tool", "git__log(5)", [#"git__log{"max_count":"5"}"#]),
        WrittenReply("a table", "| PingHost(a) | GetCPUUsage() |\n|---|---|"),
        WrittenReply("a heading", "# PingHost(a)\n## GetCPUUsage()"),
        WrittenReply(
            "a line break of Windows", "PingHost(a)\r\nGetCPUUsage()\r\n",
            [#"PingHost{"host":"a"}"#, "GetCPUUsage{}"]),
    ]

    static let values: [WrittenReply] = [
        WrittenReply(
            "nested parentheses", "ExecuteCommand(echo $(date) (now))",
            [#"ExecuteCommand{"command":"echo $(date) (now)"}"#]),
        WrittenReply(
            "a parenthesis in quotes", #"SearchMessages("smile :-)", 3)"#,
            [#"SearchMessages{"query":"smile :-)","limit":"3"}"#]),
        WrittenReply(
            "one parenthesis too many", "PingHost(a))\nGetCPUUsage()",
            [#"PingHost{"host":"a"}"#, "GetCPUUsage{}"]),
        WrittenReply(
            "one parenthesis too few", "PingHost(a\nGetCPUUsage()", ["GetCPUUsage{}"],
            warnings: 1),
        WrittenReply(
            "an open quote", "SearchMessages(\"a, 3)\nGetCPUUsage()", ["GetCPUUsage{}"],
            warnings: 1),
        WrittenReply(
            "brackets of all kinds", "SearchMessages([a (b {c})], 3)",
            [#"SearchMessages{"query":"[a (b {c})]","limit":"3"}"#]),
        WrittenReply(
            "an apostrophe", "SearchMessages(it's Bob's machine, 3)",
            [#"SearchMessages{"query":"it's Bob's machine","limit":"3"}"#]),
        WrittenReply(
            "quotes within quotes", #"SearchMessages("he said \"hi\", twice", 3)"#,
            [#"SearchMessages{"query":"he said \"hi\", twice","limit":"3"}"#]),
        WrittenReply(
            "single quotes with double ones within", #"SearchMessages('a "b", c', 3)"#,
            [#"SearchMessages{"query":"a \"b\", c","limit":"3"}"#]),
        WrittenReply(
            "typographic quotes", "SearchMessages(“dns”, 3)",
            [#"SearchMessages{"query":"dns","limit":"3"}"#]),
        WrittenReply(
            "typographic quotes around a comma", "SearchMessages(“chậm, treo”, 3)",
            [#"SearchMessages{"query":"chậm, treo","limit":"3"}"#]),
        WrittenReply(
            "an apostrophe in typographic quotes", "SearchMessages(‘it’s (late)’, 3)",
            [#"SearchMessages{"query":"it’s (late)","limit":"3"}"#]),
        WrittenReply(
            "a URL with a query", "Fetch(https://x.vn/search?q=a&lang=vi, , 2)",
            [#"Fetch{"url":"https://x.vn/search?q=a&lang=vi","retries":"2"}"#]),
        WrittenReply(
            "a URL by name", #"Fetch(url=https://x.vn/?a=1&b=(2), retries=3)"#,
            [#"Fetch{"url":"https://x.vn/?a=1&b=(2)","retries":"3"}"#]),
        WrittenReply(
            "a URL with a port as the only value", "ResolveDNS(http://x.vn:8080/?a=b)",
            [#"ResolveDNS{"hostname":"http://x.vn:8080/?a=b"}"#]),
        WrittenReply(
            "a command with an assignment", "ExecuteCommand(LANG=C df -h, please)",
            [#"ExecuteCommand{"command":"LANG=C df -h, please"}"#]),
        WrittenReply(
            "a condition as text", #"SearchMessages(a == b, 3)"#,
            [#"SearchMessages{"query":"a == b","limit":"3"}"#]),
        WrittenReply("nothing", "GetCPUUsage(   )", ["GetCPUUsage{}"]),
        WrittenReply(
            "a name that the tool does not know", "GetDiskSpace(path=/, human=true)",
            [#"GetDiskSpace{"path":"/","human":true}"#]),
        WrittenReply(
            "a text with a sign of equality beside a name", "SearchMessages(a=b, limit=3)",
            [#"SearchMessages{"query":"a=b","limit":"3"}"#]),
        WrittenReply(
            "a Windows path", #"GetDiskSpace("C:\Program Files\x")"#,
            [#"GetDiskSpace{"path":"C:\\Program Files\\x"}"#]),
        WrittenReply(
            "an emoji and a NUL", "SearchMessages(\"🔥\u{0}\", 1)",
            [#"SearchMessages{"query":"🔥\u0000","limit":"1"}"#]),
    ]

    static let forms: [WrittenReply] = [
        WrittenReply(
            "a JSON object", #"PingHost({"host": "a", "count": 3})"#,
            [#"PingHost{"host":"a","count":3}"#]),
        WrittenReply(
            "a JSON object over lines",
            """
            PingHost({
              "host": "a",
              "count": 3
            })
            """, [#"PingHost{"host":"a","count":3}"#]),
        WrittenReply(
            "members without braces", #"PingHost("host": "a", "count": 3)"#,
            [#"PingHost{"host":"a","count":3}"#]),
        WrittenReply(
            "an object as one value",
            #"Fetch("https://x.vn", {"Accept": "text/html, */*", "X": "a(b"}, 2)"#,
            [
                #"Fetch{"url":"https://x.vn","headers":{"Accept":"text/html, */*","X":"a(b"},"#
                    + #""retries":"2"}"#
            ]),
        WrittenReply(
            "names with colons", "CountMessagesBy(filter_by: role, filter_value: user)",
            [#"CountMessagesBy{"filter_by":"role","filter_value":"user"}"#]),
        WrittenReply(
            "names in another case", "CountMessagesBy(Filter_By=role, FILTER_VALUE='user')",
            [#"CountMessagesBy{"filter_by":"role","filter_value":"user"}"#]),
        WrittenReply(
            "names over lines",
            """
            WriteFile(
                path="notes/a.md",
                content="# Title

            - one (1)
            - two, three
            "
            )
            """,
            [##"WriteFile{"path":"notes/a.md","content":"# Title\n\n- one (1)\n- two, three\n"}"##]),
        WrittenReply(
            "broken JSON", #"PingHost({"host": "a", "count": })"#, warnings: 1),
        WrittenReply(
            "a call as a value", "PingHost(ResolveDNS(a.vn), 3)",
            [#"PingHost{"host":"ResolveDNS(a.vn)","count":"3"}"#]),
        WrittenReply(
            "a misspelt tool", "PingHots(a)\nGetCpuUsage()", warnings: 2),
        WrittenReply(
            "a blank line within", "PingHost(a,\n\n3)\nGetCPUUsage()", ["GetCPUUsage{}"],
            warnings: 1),
        WrittenReply(
            "code within the parentheses", "PingHost(\n```\na\n```\n)", warnings: 1),
    ]
}
