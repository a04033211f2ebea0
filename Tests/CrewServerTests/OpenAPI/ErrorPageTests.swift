import CrewKit
import Foundation
import HTTPTypes
import Testing

@testable import CrewServer

@Suite("The page of error codes")
struct ErrorPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("Every code that the code knows is on the page, and nothing else")
    func complete() throws {
        let rows = try rows()
        let named = try codes(in: "Sources/CrewServer")
            .union(codes(in: "Sources/CrewKit/CrewError.swift"))
        #expect(named.count > 40, "the sources are not read")
        #expect(Set(rows.map(\.code)) == named)
        #expect(Set(rows.map(\.code)).count == rows.count, "a code is there twice")
    }

    @Test("The statuses of the page are those that requests are answered with")
    func statuses() throws {
        for row in try rows() {
            let status = ErrorResponse.kind(of: CrewError.Code(row.code)).status.code
            // What only runs end with would be a fault of this program as an answer.
            #expect(status == row.status ?? 500, "\(row.code)")
        }
    }

    private struct Row {
        let code: String
        let status: Int?
    }

    private func rows() throws -> [Row] {
        let page = try String(
            contentsOf: Self.root.appending(path: "docs/errors.md"), encoding: .utf8)
        return page.split(separator: "\n").compactMap { line in
            guard let match = line.firstMatch(of: #/^\| `([a-z_]+)` \|(?: (\d{3}) \|)?/#) else {
                return nil
            }
            return Row(code: String(match.1), status: match.2.flatMap { Int($0) })
        }
    }

    /// The codes that stand in a file, or in the files of a folder.
    private func codes(in path: String) throws -> Set<String> {
        let place = Self.root.appending(path: path)
        var files = [place]
        if !path.hasSuffix(".swift") {
            let all = FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)
            files = (all?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
        }
        return try files.reduce(into: []) { codes, file in
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.contains("CrewError.Code {") || text.contains("struct Code:") else { return }
            for match in text.matches(of: #/static let \w+ = Self\("([a-z_]+)"\)/#) {
                codes.insert(String(match.1))
            }
        }
    }
}
