import Testing

@testable import CrewKit

@Suite("Text transforms")
struct TextTransformTests {
    static let cases: [(JSONValue, String, String)] = [
        ("trim", " \u{A0}\na b\t", "a b"),
        ("lower", "ĐƯỜNG A", "đường a"),
        ("upper", "đường a", "ĐƯỜNG A"),
        ("single_spaces", "  a \n\t b ", "a b"),
        ("unquote", "\"'a'\"", "'a'"),
        ("unquote", "“a”", "a"),
        ("unquote", "'a", "'a"),
        ("unquote", "\"", "\""),
        ("letters_and_digits", "Đường số 9_b!", "Đườngsố9_b"),
        ("slug", "  Đường Số 9: phở & bún! ", "duong-so-9-pho-bun"),
        ("slug", "!!", ""),
        (["prefix": "+"], "84", "+84"),
        (["prefix": "+"], "+84", "+84"),
        (["suffix": ".com"], "a.com", "a.com"),
        (["suffix": ".com"], "a", "a.com"),
        (["without_prefix": "https://"], "https://h", "h"),
        (["without_suffix": "%"], "5%", "5"),
        (["without_suffix": "%"], "5", "5"),
        (["replace": [",": "."]], "1,2,3", "1.2.3"),
    ]

    @Test("Each transform does what its name says", arguments: cases)
    func apply(_ written: JSONValue, _ text: String, _ expected: String) throws {
        #expect(try #require(TextTransform(written: written)).apply(text) == expected)
    }

    private func checked(_ value: JSONValue, _ schema: JSONValue) throws -> JSONValue? {
        let definition = ToolDefinition(
            name: "T", description: "",
            parameters: ["type": "object", "properties": ["x": schema]])
        return try ArgumentCheck.arguments(["x": value], for: definition)["x"]
    }

    @Test("They are applied in their order, before the argument is checked")
    func order() throws {
        let schema: JSONValue = [
            "type": "string", "format": "email", "x-transform": ["trim", "lower"],
        ]
        #expect(try checked(" Ann@Example.COM ", schema) == "ann@example.com")
        #expect(throws: CrewError.self) {
            try checked(" ann@example.com ", ["type": "string", "format": "email"])
        }
        #expect(
            try checked(
                "5 %", ["type": "integer", "x-transform": [["without_suffix": "%"], "trim"]]) == 5)
        #expect(
            try checked(84, ["type": "string", "x-transform": [["prefix": "+"]]]) == "+84")
        #expect(
            try checked(
                "A, b", ["type": "array", "items": ["type": "string", "x-transform": "lower"]])
                == ["a", "b"])
    }

    @Test("A model is not sent them, wherever they stand")
    func offered() {
        let definition = ToolDefinition(
            name: "T", description: "",
            parameters: [
                "type": "object",
                "properties": [
                    "x": ["x-transform": "trim", "type": "string"],
                    "y": ["anyOf": [["type": "string", "x-transform": ["lower"]]]],
                ],
            ])
        #expect(
            definition.asOffered.parameters.text
                == """
                {"type":"object","properties":{"x":{"type":"string"},\
                "y":{"anyOf":[{"type":"string"}]}}}
                """)
        let plain = ToolDefinition(name: "T", description: "")
        #expect(plain.asOffered == plain)
    }
}
