import Testing

@testable import CrewKit

@Suite("JSON parser")
struct JSONParserTests {
    private func parse(_ bytes: [UInt8]) throws -> JSONValue {
        try bytes.withUnsafeBufferPointer { try JSONValue(parsing: $0) }
    }

    @Test("What is JSON is read", arguments: JSONCorpus.accepted)
    func accepts(text: String) throws {
        _ = try JSONValue(parsing: text)
    }

    @Test("What is not JSON is refused", arguments: JSONCorpus.refused)
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test("Every beginning of a document is refused, at a place within it")
    func prefixes() {
        let document = #"{"a":[1.5,-2e3,"x\u00e9\n",true,false,null],"b":{"c":[]}}"#
        let bytes = Array(document.utf8)
        for count in 0..<bytes.count {
            #expect {
                try parse(Array(bytes[..<count]))
            } throws: { error in
                (error as? JSONError).map { (0...count).contains($0.offset) } ?? false
            }
        }
    }

    @Test("Bytes that are no UTF-8 are refused", arguments: JSONCorpus.brokenUTF8)
    func brokenUTF8(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONError.self) { try parse([quote] + bytes + [quote]) }
        let escaped = Array(#""\n"#.utf8) + bytes + [quote]
        #expect(throws: JSONError.self) { try parse(escaped) }
        #expect(throws: JSONError.self) { try parse(bytes) }
    }

    @Test(
        "Whole numbers that fit stay exact, others become floating-point",
        arguments: [
            ("0", .integer(0)), ("-0", .integer(0)), ("42", .integer(42)),
            ("9007199254740993", .integer(9_007_199_254_740_993)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1e2", .number(100)), ("1.0", .number(1)), ("0.1", .number(0.1)),
            ("-2.5E-1", .number(-0.25)), ("5e-324", .number(.leastNonzeroMagnitude)),
            ("1e-400", .number(0)),
        ] as [(String, JSONValue)])
    func numbers(text: String, value: JSONValue) throws {
        let read = try JSONValue(parsing: text)
        #expect(read == value)
        #expect(read.typeName == value.typeName)
    }

    @Test(
        "Escapes and pairs become characters; halves of a pair that stand alone become U+FFFD",
        arguments: [
            (#""\u0041\u00e9""#, "Aé"), (#""\uD83D\uDE00""#, "😀"), (#""\ud83d\ude00!""#, "😀!"),
            (#""\uD83D""#, "\u{FFFD}"), (#""\uDE00""#, "\u{FFFD}"),
            (#""\uD83Dx""#, "\u{FFFD}x"), (#""\uD83D\n""#, "\u{FFFD}\n"),
            (#""\uD83D\u0041""#, "\u{FFFD}A"), (#""\uDE00\uD83D""#, "\u{FFFD}\u{FFFD}"),
            (#""\uD83D\uD83D\uDE00""#, "\u{FFFD}😀"),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0000""#, "\u{0}"), (#""é\u0301""#, "é\u{301}"),
        ])
    func strings(text: String, value: String) throws {
        let read = try #require(try JSONValue(parsing: text).string)
        #expect(Array(read.unicodeScalars) == Array(value.unicodeScalars))
    }

    @Test(
        "A cut pair is refused, not read past its end",
        arguments: [#""\uD83D\"#, #""\uD83D\u"#, #""\uD83D\uDE"#])
    func cutPair(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: text + "\"") }
    }

    @Test("Nesting is read down to its bound and refused below it, without a crash")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nested(JSONParser.maximumDepth))
        for depth in [JSONParser.maximumDepth + 1, 100_000] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: nested(depth)) }
            let open = String(repeating: #"{"a":"#, count: depth)
            #expect(throws: JSONError.self) { try JSONValue(parsing: open) }
        }
    }

    @Test("Of a repeated key the last one counts, and taking it away takes all of them")
    func repeatedKey() throws {
        let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)
        #expect(value["a"] == 3)
        #expect(value == ["b": 2, "a": 3])
        var members = try #require(value.object)
        members["a"] = nil
        #expect(members["a"] == nil)
        #expect(members == ["b": 2])
    }

    @Test("The order of members is kept")
    func order() throws {
        let members = try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#).object
        #expect(members?.keys == ["z", "a", "m"])
    }

    @Test("An error says what is wrong and at which byte")
    func errorPlace() {
        #expect {
            try JSONValue(parsing: "[1, é]")
        } throws: { error in
            "\(error)" == "invalid JSON at byte 4: unexpected character"
        }
    }
}
