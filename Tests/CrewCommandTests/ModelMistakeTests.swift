import CrewKit
import Foundation
import Testing

/// Mistakes that only the program itself finds; the form of the files is that of `CrewConfigTests`.
@Suite("Mistakes of models", .timeLimit(.minutes(5)))
struct ModelMistakeTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Mistakes/models.txt")

    struct Case: Sendable, CustomTestStringConvertible {
        var title = ""
        var parts: [String: String] = [:]
        var testDescription: String { title }
    }

    private static let cases: [Case] = {
        // An unreadable file has no cases, which fails below.
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "=== ").dropFirst().map { part in
            var one = Case()
            let sections = part.components(separatedBy: "\n--- ")
            one.title = sections[0]
            for section in sections.dropFirst() {
                let lines = section.split(
                    separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                one.parts[String(lines[0])] = lines.count > 1 ? String(lines[1]) : ""
            }
            return one
        }
    }()

    @Test("There are mistakes of models")
    func count() { #expect(Self.cases.count >= 10) }

    @Test("A mistake of a model is told with its place", arguments: cases)
    func mistake(_ mistake: Case) async throws {
        #expect(try await Self.said(about: mistake) == mistake.parts["expected"])
    }

    @Test(
        "What is said now can be written down, to be read afterwards",
        .enabled(if: ProcessInfo.processInfo.environment["CREW_WRITE_MISTAKES"] == "1"))
    func write() async throws {
        var text = ""
        for one in Self.cases {
            text += "=== \(one.title)\n"
            for (name, part) in one.parts.sorted(by: { $0.key < $1.key }) where name != "expected" {
                text += "--- \(name)\n\(part)\n"
            }
            text += "--- expected\n" + (try await Self.said(about: one))
        }
        try text.write(to: Self.file, atomically: true, encoding: .utf8)
    }

    private static func said(about mistake: Case) async throws -> String {
        let folder = try Product.temporaryFolder()
        try FileManager.default.createDirectory(
            at: folder.appending(path: "agents"), withIntermediateDirectories: true)
        var files = ["crew.yaml": "agents: [a]\n", "agents/a.yaml": agent]
        files.merge(mistake.parts) { $1 }
        files["expected"] = nil
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        let ended = try await Product.run("check", folder.path, "--notes", "--json")
        return try lines(of: ended.output, in: folder.path)
    }

    /// The problems of a report as text has them, the code at the end of each.
    private static func lines(of report: String, in folder: String) throws -> String {
        let report = try JSONValue(parsing: report)
        let problems = ["errors", "warnings", "notes"].flatMap { report[$0]?.array ?? [] }
        let lines = problems.map { problem in
            func text(_ key: String) -> String { problem[key]?.string ?? "" }
            let place =
                "\(text("file")):\(problem["line"]?.integer ?? 0):\(problem["column"]?.integer ?? 0)"
            let fix = text("fix").isEmpty ? "" : " (\(text("fix")))"
            return "\(place): \(text("severity")): \(text("message"))\(fix) [\(text("code"))]\n"
                .replacing(folder + "/", with: "")
        }
        return lines.joined()
    }

    private static let agent = "id: a\nname: A\nprimary: {provider: ollama, model: m}\n"
}
