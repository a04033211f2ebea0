import CrewConfig
import Foundation
import Testing

@Suite("The page about checking")
struct CodePageTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/checking.md")
    private static let head = "| code | what is wrong | what to do |\n|---|---|---|\n"

    private static var table: String {
        ProblemRule.all.map { "| `\($0.code)` | \($0.title) | \($0.help) |\n" }.joined()
    }

    @Test("It explains every code in the words of the rules")
    func codes() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let start = try #require(text.firstRange(of: Self.head)).upperBound
        if ProcessInfo.processInfo.environment["CREW_WRITE_MISTAKES"] == "1" {
            try (text[..<start] + Self.table).write(
                to: Self.page, atomically: true, encoding: .utf8)
            return
        }
        #expect(String(text[start...]) == Self.table)
    }
}
