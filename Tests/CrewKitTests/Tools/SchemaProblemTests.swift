import CrewKit
import Testing

@Suite("Problems of a tool's schema")
struct SchemaProblemTests {
    /// A keyword more in the schema of parameter `x`, and what is said of it.
    static let parts: [(JSONValue, String)] = [
        (["type": "strin"], "error x.type: 'strin' is not a type (did you mean 'string'?)"),
        (["type": ["string", 5]], "error x.type: '5' is not a type (known: "),
        (["type": []], "error x.type: 'type' is an empty list"),
        (5, "error x: a schema must be a block of keywords, not integer (write {type: string}"),
        (
            ["minimum": 3, "maximum": 2],
            "error x.minimum: no value fits: 'minimum' is above what 'maximum' allows"
        ),
        (["exclusiveMinimum": 3, "maximum": 3], "error x.exclusiveMinimum: no value fits"),
        (["minLength": 3, "maxLength": 2], "error x.minLength: no value fits"),
        (["minItems": 3, "maxItems": 2], "error x.minItems: no value fits"),
        (["minimum": "3"], "error x.minimum: 'minimum' must be a number, not string"),
        (["minLength": -1], "error x.minLength: 'minLength' must be a whole number"),
        (["pattern": "("], "error x.pattern: 'pattern' is not a regular expression"),
        (["pattern": 5], "error x.pattern: 'pattern' is not a regular expression"),
        (["enum": []], "error x.enum: 'enum' must be a list of at least one value"),
        (["enum": "a"], "error x.enum: 'enum' must be a list of at least one value"),
        (
            ["type": "integer", "default": "many"],
            "error x.default: the default does not fit: it must be integer, not this text"
        ),
        (
            ["type": "integer", "default": "5"],
            "error x.default: the default must be written as integer (write 5)"
        ),
        (
            ["type": "integer", "maximum": 3, "default": 4],
            "error x.default: the default does not fit: it must be integer to 3"
        ),
        (
            ["enum": ["a", "b"], "default": "c"],
            "error x.default: the default does not fit: it must"
        ),
        (
            ["type": "string", "format": "date", "default": "2023-02-29"],
            "error x.default: the default does not fit: it must be a date such as 2024-02-29"
        ),
        (
            ["type": "string", "format": "emial"],
            "warning x.format: nothing is checked by the format 'emial' (did you mean 'email'?)"
        ),
        (
            ["type": "integer", "format": "date"],
            "warning x.format: the format 'date' has no effect on the type integer"
        ),
        (
            ["x-transform": ["trim", "lowr"]],
            "error x.x-transform: 'lowr' is not a transform (did you mean 'lower'?)"
        ),
        (["x-transform": [["prefx": "a"]]], "error x.x-transform: 'prefx' is not a transform"),
        (["x-transform": [["replace": "a"]]], "error x.x-transform: 'replace' is not a transform"),
        (["items": 5], "error x.items: a schema must be a block of keywords, not integer"),
        (["properties": []], "error x.properties: 'properties' must be a block of parameters"),
        (
            ["properties": ["a": [:]], "required": ["a", "b"]],
            "error x.required[1]: 'b' is required, and 'properties' has no such parameter"
        ),
        (["required": "a"], "error x.required: 'required' must be a list of parameters"),
        (["anyOf": []], "error x.anyOf: 'anyOf' must be a list of schemas"),
        (["anyOf": [["type": "text"]]], "error x.anyOf[0].type: 'text' is not a type"),
        (
            ["descripton": "d"],
            "warning x.descripton: 'descripton' has no effect in a schema (did you mean"
        ),
    ]

    private func lines(_ schema: JSONValue) -> [String] {
        SchemaProblem.all(in: schema).map { problem in
            let path = "\(DefinitionPath(.crew, problem.path))"
                .replacing("properties.x", with: "x", maxReplacements: 1)
            return "\(problem.severity) \(path): \(problem.message)"
                + (problem.suggestion.map { " (\($0))" } ?? "")
        }
    }

    @Test("Each mistake is told once, with its place and what to do", arguments: parts)
    func part(_ part: JSONValue, _ expected: String) {
        let found = lines(["type": "object", "properties": ["x": part]])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(expected) == true, "\(found)")
    }

    @Test("The parameters are an object")
    func root() {
        #expect(lines(5) == ["error : the schema must be a block of keywords, not integer"])
        #expect(
            lines(["type": "array"])
                == ["error type: the schema must be of type object (write 'type: object')"])
        #expect(
            lines(["properties": [:]])
                == ["error type: the schema must be of type object (write 'type: object')"])
    }

    @Test("A sound schema has no problems, with keywords of others too")
    func sound() {
        let schema: JSONValue = [
            "type": "object", "$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": [
                "a": ["type": ["string", "null"], "format": "date-time", "default": nil],
                "b": ["type": "array", "items": ["type": "number", "format": "double"]],
                "c": ["type": "object", "additionalProperties": false],
                "d": ["enum": [1, "x"], "default": 1, "vendor-note": "y"],
                "e": true,
                "f": ["anyOf": [["type": "string"], ["type": "integer"]], "default": 5],
                "g": ["type": "string", "x-transform": ["trim"], "default": "x"],
                "h": ["minimum": 1, "maximum": 1],
            ],
            "required": ["a"],
        ]
        #expect(lines(schema) == [])
        #expect(ToolDefinition(name: "T", description: "", parameters: schema).schemaProblems == [])
    }

    @Test(
        "A keyword that is known and never checked is told",
        arguments: [
            ("multipleOf", 2), ("uniqueItems", true), ("not", ["type": "null"]),
            ("allOf", [["type": "string"]]), ("prefixItems", []), ("minProperties", 1),
            ("patternProperties", [:]), ("$ref", "#/$defs/a"), ("nullable", true), ("if", [:]),
        ] as [(String, JSONValue)])
    func unchecked(keyword: String, value: JSONValue) throws {
        let schema: JSONValue = [
            "type": "object", "properties": ["x": .object(JSONObject([(keyword, value)]))],
        ]
        let problem = try #require(SchemaProblem.all(in: schema).first)
        #expect(problem.severity == .warning)
        #expect(problem.code == "unchecked_keyword")
        #expect(problem.path == [.key("properties"), .key("x"), .key(keyword)])
        #expect(problem.suggestion != nil)
    }

    @Test("A schema of endless depth is looked at for a while only")
    func deep() {
        var schema: JSONValue = ["type": "nothing"]
        for _ in 0..<500 { schema = ["items": schema] }
        #expect(lines(["type": "object", "properties": ["x": schema]]) == [])
    }

    @Test("A typed tool with a constraint that is wrong is refused")
    func typed() {
        struct Input: Decodable, Sendable { var host: String }
        let error = #expect(throws: CrewError.self) {
            try TypedTool("T", "d", constraints: ["host": ["pattern": "("]]) { (_: Input, _) in "" }
        }
        #expect(
            error?.message
                == "tool 'T': parameters.properties.host.pattern: 'pattern' is not a regular expression"
        )
    }
}
