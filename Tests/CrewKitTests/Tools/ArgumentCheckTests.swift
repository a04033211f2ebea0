import CrewKit
import Testing

@Suite("Argument check")
struct ArgumentCheckTests {
    private func check(_ arguments: JSONValue, _ parameters: JSONValue) throws -> JSONObject {
        try ArgumentCheck.arguments(
            arguments, for: ToolDefinition(name: "T", description: "", parameters: parameters))
    }

    private func refusal(_ arguments: JSONValue, _ parameters: JSONValue) throws -> String {
        let error = #expect(throws: CrewError.self) { try check(arguments, parameters) }
        #expect(error?.code == .toolRejectedArguments)
        return try #require(error).message
    }

    private func one(_ value: JSONValue, _ schema: JSONValue) throws -> JSONValue? {
        try check(["x": value], ["type": "object", "properties": ["x": schema]])["x"]
    }

    private func oneRefusal(_ value: JSONValue, _ schema: JSONValue) throws -> String {
        try refusal(["x": value], ["type": "object", "properties": ["x": schema]])
    }

    static let ping: JSONValue = [
        "type": "object",
        "properties": [
            "host": ["type": "string", "description": "name or IP address"],
            "count": ["type": "integer", "minimum": 1, "maximum": 10, "default": 4],
        ],
        "required": ["host"],
    ]

    @Test("Arguments that fit pass, with defaults filled in")
    func fit() throws {
        #expect(try check(["host": "a"], Self.ping) == ["host": "a", "count": 4])
        #expect(try check(["host": "a", "count": 2], Self.ping) == ["host": "a", "count": 2])
    }

    @Test("All problems are told at once, and what is expected in one line")
    func allProblems() throws {
        let message = try refusal(["count": 11], Self.ping)
        #expect(
            message == """
                T was not called, its arguments do not fit:
                - parameter 'count': must be integer from 1 to 10
                - parameter 'host': is required (string: name or IP address)
                Expected: host (string, required), count (integer from 1 to 10, default 4)
                """)
    }

    @Test("Null counts as missing, unless the schema allows it")
    func nulls() throws {
        #expect(try refusal(["host": nil], Self.ping).contains("'host': is required"))
        #expect(try check(["host": "a", "count": nil], Self.ping)["count"] == 4)
        #expect(try one(nil, ["type": ["string", "null"]]) == .null)
        #expect(try one(nil, ["anyOf": [["type": "string"], ["type": "null"]]]) == .null)
    }

    @Test("A misspelt name is recognised when the right one is missing")
    func misspelt() throws {
        let message = try refusal(["hots": "a"], Self.ping)
        #expect(message.contains("'host': is required"))
        #expect(message.contains("'hots' is not known"))
    }

    @Test("Arguments as broken JSON say where it breaks")
    func brokenJSON() throws {
        let message = try refusal(.string(#"{"host": "a""#), Self.ping)
        #expect(message.contains("invalid JSON at byte 12"))
        #expect(message.contains("send one complete JSON object"))
        #expect(try refusal(.string("[1]"), Self.ping).contains("no JSON object"))
        #expect(try refusal([1], Self.ping).contains("must be a JSON object, not an array"))
    }

    @Test("Arguments as JSON inside a string are taken")
    func doubleEncoded() throws {
        #expect(try check(.string(#" {"host": "a", "count": "2"} "#), Self.ping)["count"] == 2)
        #expect(try check(.string(""), ["type": "object"]) == [:])
        #expect(try check(nil, [:]) == [:])
    }

    @Test(
        "What can only mean one thing is converted",
        arguments: [
            ("integer", "42", 42), ("integer", " 42 ", 42), ("integer", "42.0", 42),
            ("integer", 42.0, 42), ("integer", "-7", -7), ("integer", "1e3", 1000),
            ("number", "3.5", 3.5), ("number", 3, 3), ("number", "3", 3),
            ("string", 42.0, "42"), ("string", 42, "42"), ("string", 0.5, "0.5"),
            ("string", true, "true"), ("string", " a ", " a "),
            ("boolean", "Yes", true), ("boolean", "1", true), ("boolean", "on", true),
            ("boolean", "ENABLED", true), ("boolean", 1, true), ("boolean", "no", false),
            ("boolean", "off", false), ("boolean", "disabled", false), ("boolean", 0.0, false),
            ("array", "a, b", ["a", "b"]), ("array", #"["a", 1]"#, ["a", 1]), ("array", "", []),
            ("array", 5, [5]), ("object", #"{"a": 1}"#, ["a": 1]),
        ] as [(String, JSONValue, JSONValue)])
    func coerced(type: String, given: JSONValue, taken: JSONValue) throws {
        #expect(try one(given, ["type": .string(type)]) == taken)
    }

    @Test(
        "What means nothing of the type is refused",
        arguments: [
            ("integer", "12abc"), ("integer", 3.14), ("integer", "3.14"), ("integer", true),
            ("integer", ""), ("integer", "1e300"), ("number", "nan"), ("number", "inf"),
            ("number", "0x10"), ("number", "1,5"), ("boolean", "maybe"), ("boolean", 2),
            ("string", ["a"]), ("string", ["a": 1]), ("array", "[1"), ("array", ["a": 1]),
            ("object", "a"), ("object", [1]), ("integer", nil),
        ] as [(String, JSONValue)])
    func refused(type: String, given: JSONValue) throws {
        let schema: JSONValue = [
            "type": "object", "properties": ["x": ["type": .string(type)]], "required": ["x"],
        ]
        #expect(try refusal(["x": given], schema).contains("parameter 'x':"))
    }

    @Test("A type list takes the type that the value has")
    func typeList() throws {
        #expect(try one("7", ["type": ["string", "integer"]]) == "7")
        #expect(try one(7, ["type": ["string", "integer"]]) == 7)
        #expect(try one("7", ["type": ["integer", "null"]]) == 7)
        #expect(try one(7, ["anyOf": [["type": "string"], ["type": "integer"]]]) == 7)
    }

    @Test("A choice is respelt, an unknown one gets a hint")
    func enumeration() throws {
        let schema: JSONValue = ["type": "string", "enum": ["Celsius", "Fahrenheit"]]
        #expect(try one(" celsius", schema) == "Celsius")
        let message = try oneRefusal("celcius", schema)
        #expect(message.contains("must be one of Celsius, Fahrenheit; did you mean 'Celsius'?"))
        #expect(try one("2", ["type": "integer", "enum": [1, 2]]) == 2)
    }

    @Test("Bounds of numbers and lengths hold, also after conversion")
    func bounds() throws {
        #expect(try oneRefusal("0", ["type": "integer", "minimum": 1]).contains("integer from 1"))
        #expect(try oneRefusal(1, ["type": "number", "exclusiveMaximum": 1]).contains("below 1"))
        #expect(try oneRefusal("", ["type": "string", "minLength": 1]).contains("not be empty"))
        #expect(try one("Hà Nội", ["type": "string", "maxLength": 6]) == "Hà Nội")
        #expect(
            try oneRefusal("abc", ["type": "string", "maxLength": 2]).contains(
                "at most 2 characters"))
    }

    @Test("A pattern is matched up to the very end")
    func pattern() throws {
        let schema: JSONValue = ["type": "string", "pattern": "^[a-z.-]+$"]
        #expect(try one("a.b", schema) == "a.b")
        #expect(try oneRefusal("a b", schema).contains("must match the pattern"))
        #expect(try oneRefusal("ab\n", schema).contains("must match the pattern"))
        #expect(try oneRefusal("a\u{301}", schema).contains("must match the pattern"))
        #expect(try one("xay", ["pattern": "a"]) == "xay")
        #expect(try oneRefusal("a", ["pattern": "("]).contains("no regular expression"))
    }

    @Test("Nested values are checked under their path")
    func nested() throws {
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "filter": [
                    "type": "object",
                    "properties": ["tags": ["type": "array", "items": ["type": "integer"]]],
                    "required": ["tags", "kind"],
                ]
            ],
        ]
        let message = try refusal(["filter": ["tags": ["1", "b"]]], schema)
        #expect(message.contains("parameter 'filter.tags[1]': must be integer, not this text"))
        #expect(message.contains("parameter 'filter.kind': is required (any value)"))
        let taken = try check(["filter": ["tags": "1,2", "kind": 1]], schema)
        #expect(taken["filter"]?["tags"] == [1, 2])
    }

    @Test("Unknown arguments pass, unless the schema closes itself")
    func unknown() throws {
        #expect(try check(["host": "a", "more": 1], Self.ping)["more"] == 1)
        let closed: JSONValue = [
            "type": "object", "properties": ["host": ["type": "string"]],
            "additionalProperties": false,
        ]
        #expect(
            try refusal(["hosts": "a"], closed)
                .contains("parameter 'hosts': is not known; did you mean 'host'?"))
        let typed: JSONValue = ["type": "object", "additionalProperties": ["type": "integer"]]
        #expect(try check(["n": "1"], typed) == ["n": 1])
    }

    @Test("An object with endless members is refused")
    func tooMany() throws {
        let members = (0..<2000).map { ("k\($0)", JSONValue.integer($0)) }
        #expect(try refusal(.object(JSONObject(members)), Self.ping).contains("2000 members"))
    }

    @Test("The message does not repeat the values of the call")
    func secrets() throws {
        #expect(try !oneRefusal("hunter2", ["type": "integer"]).contains("hunter2"))
        #expect(try !oneRefusal("hunter2", ["enum": ["a", "b"]]).contains("hunter2"))
    }
}
