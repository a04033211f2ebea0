import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Mistakes")
struct MistakeTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Mistakes")
    static let files = (try? MistakeFile.all(in: folder)) ?? []  // an empty list fails below
    static let tools: Set<ToolName> = ["PingHost", "GetCPUUsage", "ExecuteCommand"]

    @Test(
        "A mistake is told with its place, why, and what to do", arguments: files.flatMap(\.cases))
    func mistake(_ mistake: MistakeFile.Case) throws {
        let said = try Self.said(about: mistake)
        #expect(!mistake.expected.isEmpty, "the case expects nothing")
        let difference = said.difference(from: mistake.expected).map { change in
            switch change {
            case .insert(_, let line, _): "said, not expected: \(line)"
            case .remove(_, let line, _): "expected, not said: \(line)"
            }
        }
        #expect(difference == [], "\n\(difference.joined(separator: "\n"))")
    }

    @Test("There are at least 120 mistakes, and no file without one")
    func count() throws {
        #expect(Self.files.allSatisfy { !$0.cases.isEmpty })
        #expect(Self.files.flatMap(\.cases).count >= 120)
        let titles = Self.files.flatMap(\.cases).map(\.testDescription)
        #expect(Set(titles).count == titles.count)
    }

    @Test(
        "What is said now can be written down, to be read afterwards",
        .enabled(if: ProcessInfo.processInfo.environment["CREW_WRITE_MISTAKES"] == "1"))
    func write() throws {
        for file in Self.files { try file.rewrite(file.cases.map(Self.said)) }
    }

    /// Every problem on a line, the folder left out of it.
    static func said(about mistake: MistakeFile.Case) throws -> [String] {
        let folder = try CrewFiles()
        for (path, text) in mistake.allFiles {
            let inner = URL(filePath: folder.path + "/" + path).deletingLastPathComponent()
            try FileManager.default.createDirectory(
                at: inner, withIntermediateDirectories: true)
            try folder.write(path, Data(text.utf8))
        }
        func line(_ found: LocatedProblem) -> String {
            "\(found) [\(found.problem.code)]".replacing(folder.path + "/", with: "")
                .replacing(folder.path, with: "CREW")
                .replacing(URL(filePath: folder.path).lastPathComponent, with: "CREW").replacing(
                    "\n", with: "\\n")
        }
        do throws(UnreadableCrew) {
            let crew = try CrewFolder.read(folder.path, environment: mistake.environment)
            return crew.problems(tools: tools).map(line)
        } catch {
            return [line(error.problem)]
        }
    }
}
