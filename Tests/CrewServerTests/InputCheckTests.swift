import CrewKit
import Testing

@testable import CrewServer

@Suite("Input limits")
struct InputCheckTests {
    private func check(bytes: Int = 100_000) -> InputCheck {
        var settings = CrewSettings()
        settings.maxInputBytes = bytes
        return InputCheck(limits: RequestLimits(), settings: settings)
    }

    @Test(
        "Ten thousand characters pass, whatever their bytes, and one more does not",
        arguments: ["a", "ậ", "a\u{302}\u{323}", "đ", "👩‍💻"])
    func characters(_ character: String) throws {
        let bound = String(repeating: character, count: 10_000)
        try check(bytes: 1_000_000).query(bound)
        let error = #expect(throws: CrewError.self) {
            try check(bytes: 1_000_000).query(bound + character)
        }
        #expect(error?.message == "Invalid query: query length must be 1-10000 characters")
    }

    @Test("Bytes have their own bound, counted in UTF-8")
    func bytes() throws {
        try check(bytes: 30).query(String(repeating: "ậ", count: 10))
        let error = #expect(throws: CrewError.self) {
            try check(bytes: 29).query(String(repeating: "ậ", count: 10))
        }
        #expect(error?.message.contains("at most 29 bytes of UTF-8, and has 30") == true)
    }

    @Test("Line ends of every system and tabs pass", arguments: ["a\r\nb", "a\nb", "a\rb", "a\tb"])
    func lineEnds(_ query: String) throws { try check().query(query) }

    @Test(
        "Other control characters are refused",
        arguments: [
            ("a\u{0}b", "null bytes"), ("a\u{1}", "control characters"),
            ("\u{1B}[31m", "control characters"), ("a\u{7F}", "control characters"),
            ("a\u{85}", "control characters"),
        ])
    func controlCharacters(_ query: String, _ message: String) {
        let error = #expect(throws: CrewError.self) { try check().query(query) }
        #expect(error?.message.contains(message) == true)
    }

    @Test("A query of nothing is no query", arguments: ["", " ", "\n\t "])
    func blank(_ query: String) {
        let error = #expect(throws: CrewError.self) { try check().query(query) }
        #expect(error?.message == "Query is required")
    }

    @Test("A history has a bound in messages and each message one in bytes")
    func history() throws {
        var settings = CrewSettings()
        settings.maxHistoryMessageBytes = 6
        let check = InputCheck(limits: RequestLimits(), settings: settings)
        let message = HistoryMessage(role: .user, content: "ậậ")
        try check.history(Array(repeating: message, count: 1_000))
        let many = #expect(throws: CrewError.self) {
            try check.history(Array(repeating: message, count: 1_001))
        }
        #expect(many?.message == "Invalid history: history exceeds maximum 1000 messages")
        let large = #expect(throws: CrewError.self) {
            try check.history([message, HistoryMessage(role: .user, content: "ậậa")])
        }
        #expect(large?.message == "Invalid history: message 1 exceeds size limit (7 > 6 bytes)")
        #expect(throws: CrewError.self) {
            try check.history([HistoryMessage(role: .user, content: "a\0")])
        }
    }
}
