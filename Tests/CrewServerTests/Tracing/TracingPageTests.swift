import Foundation
import Testing

@testable import CrewServer

@Suite("The page about traces")
struct TracingPageTests {
    private let page: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        page = try String(contentsOf: root.appending(path: "docs/tracing.md"), encoding: .utf8)
    }

    /// What stands in backquotes in tables.
    private var words: Set<String> {
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("|") }
        return Set(
            rows.flatMap { row in
                row.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            })
    }

    @Test("Tells of every attribute and span, and of none that there is not")
    func names() {
        let attributes = SpanAttribute.allCases.map(\.rawValue)
        for name in attributes { #expect(words.contains(name), "\(name)") }
        for operation in SpanOperation.allCases { #expect(words.contains(operation.rawValue)) }
        let prefixes = ["gen_ai.", "crew.", "http.", "server.", "error."]
        for word in words where prefixes.contains(where: word.hasPrefix) {
            #expect(attributes.contains(word), "\(word)")
        }
    }
}
