import Foundation
import Testing

@testable import CrewKit

@Suite("JSON writer and equality")
struct JSONWriterTests {
    @Test(
        "Values are written compactly",
        arguments: [
            (.null, "null"), (.bool(true), "true"), (.integer(.min), "-9223372036854775808"),
            (.number(0.1), "0.1"), (.number(1), "1.0"), (.number(1e20), "1e+20"),
            (.number(.infinity), "null"), (.number(.nan), "null"),
            (.string("é\"\\\n\u{0}\u{1F}/😀"), #""é\"\\\n\u0000\u001f/😀""#),
            ([1, ["a"], [:]], #"[1,["a"],{}]"#), (["b": 1, "a": nil], #"{"b":1,"a":null}"#),
        ] as [(JSONValue, String)])
    func text(value: JSONValue, text: String) {
        #expect(value.text == text)
    }

    @Test("Whatever is written is read back as it was", arguments: 1...200 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let value = random.value(depth: 5)
        #expect(try JSONValue(parsing: value.text) == value)
        #expect(try JSONValue(parsing: value.canonicalText) == value)
        #expect(try JSONValue(parsing: value.text).text == value.text)
    }

    @Test(
        "Equal values have one hash and one canonical text",
        arguments: 1...100 as ClosedRange<UInt64>)
    func canonical(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let value = random.value(depth: 4)
        let other = random.shuffled(value)
        #expect(value == other)
        #expect(value.hashValue == other.hashValue)
        #expect(value.canonicalText == other.canonicalText)
    }

    @Test("A repeated key changes neither equality nor canonical text of what it leaves")
    func repeatedKey() throws {
        let twice = try JSONValue(parsing: #"{"a":1,"a":2}"#)
        let once: JSONValue = ["a": 2]
        #expect(twice == once)
        #expect(twice.hashValue == once.hashValue)
        #expect(twice.canonicalText == once.canonicalText)
    }

    @Test("A whole number is equal to itself with a fraction of zero, as encoders mix them up")
    func wholeNumbers() {
        #expect(JSONValue.integer(1) == .number(1))
        #expect(JSONValue.integer(1).hashValue == JSONValue.number(1).hashValue)
        #expect(JSONValue.number(1).canonicalText == "1")
        #expect(JSONValue.integer(0) == .number(-0.0))
        #expect(JSONValue.integer(1) != .number(1.5))
        #expect(JSONValue.integer(.max) != .number(9_223_372_036_854_775_808))
        #expect(JSONValue.integer(9_007_199_254_740_993) != .number(9_007_199_254_740_992))
    }

    @Test(
        "Values that differ are not equal",
        arguments: [
            (nil, false), (0, false), (0, nil), ("1", 1), ([], [:]), ([1, 2], [2, 1]),
            (["a": 1], ["a": 2]), (["a": 1], ["b": 1]), (["a": 1], ["a": 1, "b": nil]),
        ] as [(JSONValue, JSONValue)])
    func different(left: JSONValue, right: JSONValue) {
        #expect(left != right)
    }
}

@Suite("JSON and Foundation")
struct JSONFoundationTests {
    @Test("What we read, Foundation reads as the same value", arguments: JSONCorpus.accepted)
    func sameValue(text: String) throws {
        let theirs = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(try JSONValue(parsing: text) == theirs)
    }

    @Test(
        "What Foundation encodes, we read as the same value",
        arguments: 1...60 as ClosedRange<UInt64>)
    func encoded(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let value = random.value(depth: 4)
        let bytes = try JSONEncoder().encode(value)
        #expect(try JSONValue(parsing: String(decoding: bytes, as: UTF8.self)) == value)
        #expect(try JSONDecoder().decode(JSONValue.self, from: bytes) == value)
        let ours = Data(value.text.utf8)
        #expect(try JSONDecoder().decode(JSONValue.self, from: ours) == value)
    }

    @Test("A number that JSON cannot hold is stored as null instead of failing the run")
    func notFinite() throws {
        let value: JSONValue = ["n": .number(.infinity)]
        let bytes = try JSONEncoder().encode(value)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"n":null}"#)
    }
}

/// Values of all kinds, made from a seed.
struct RandomJSON {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int.random(in: .min ... .max, using: &generator))
        case 3: return .number(number())
        case 4, 5: return .string(text())
        case 6:
            return .array((0..<count()).map { _ in value(depth: depth - 1) })
        default:
            var members = JSONObject()
            for _ in 0..<count() { members[text()] = value(depth: depth - 1) }
            return .object(members)
        }
    }

    /// The same value with its members in another order and its whole numbers written otherwise.
    mutating func shuffled(_ value: JSONValue) -> JSONValue {
        switch value {
        case .integer(let whole):
            return Int(exactly: Double(whole)) == whole ? .number(Double(whole)) : value
        case .number(let number): return Int(exactly: number).map { .integer($0) } ?? value
        case .array(let elements): return .array(elements.map { shuffled($0) })
        case .object(let members):
            let shuffledMembers = members.map { ($0.key, shuffled($0.value)) }
                .shuffled(using: &generator)
            return .object(JSONObject(shuffledMembers))
        default: return value
        }
    }

    private mutating func count() -> Int { Int.random(in: 0...4, using: &generator) }

    private mutating func number() -> Double {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: return Double(Int.random(in: -1_000...1_000, using: &generator))
        case 1: return Double.random(in: -1...1, using: &generator)
        default:
            let number = Double(bitPattern: generator.next())
            return number.isFinite ? number : 1.5e300
        }
    }

    private mutating func text() -> String {
        let alphabet: [Unicode.Scalar] = [
            "a", "B", "0", " ", "\"", "\\", "/", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "ệ", "đ",
            "\u{301}", "\u{FFFD}", "\u{2028}", "😀", "\u{10FFFF}",
        ]
        let scalars = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
