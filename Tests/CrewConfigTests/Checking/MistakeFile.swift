import Foundation
import Testing

/// Wrong configurations in a file of their own, each with what is to be said about it.
///
/// A case begins with `=== title`, a file of it with `--- path`. Below `--- expected` stands one line
/// for each problem, as `crew check` prints it, with the code in brackets at its end. What is not
/// written is there all the same: a crew of the agent `a`, an agent's file with a name and a model.
/// `--- .env` gives variables of the environment.
struct MistakeFile {
    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var title: String
        var files: [(path: String, text: String)]
        var expected: [String]
        var testDescription: String { "\(file): \(title)" }

        func text(of path: String) -> String? { files.first { $0.path == path }?.text }

        /// Every file of the folder, the unwritten ones included.
        var allFiles: [String: String] {
            var all = Dictionary(files.map { ($0.path, $0.text) }, uniquingKeysWith: { $1 })
            let environment = all.removeValue(forKey: ".env")
            if environment != nil, all.isEmpty { all = [:] }
            if all["crew.yaml"] == nil { all["crew.yaml"] = "agents: [a]\n" }
            if all["crew.yaml"] == "missing\n" { all["crew.yaml"] = nil }
            for id in ["a", "b", "c"] where all["agents/\(id).yaml"] == nil {
                guard all["crew.yaml"].map({ Self.lists(id, $0) }) == true else { continue }
                all["agents/\(id).yaml"] =
                    "id: \(id)\nname: \(id.uppercased())\nprimary: {provider: ollama, model: m}\n"
            }
            return all
        }

        /// Whether the agents of a `crew.yaml` are these, in brackets.
        private static func lists(_ id: String, _ crew: String) -> Bool {
            crew.split(separator: "agents: [", omittingEmptySubsequences: false).dropFirst()
                .contains { rest in
                    rest.prefix { $0 != "]" }
                        .split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains(Substring(id))
                }
        }

        var environment: [String: String] {
            let lines = (text(of: ".env") ?? "").split(separator: "\n")
            let pairs = lines.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
            return Dictionary(
                pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") }, uniquingKeysWith: { $1 })
        }
    }

    let path: String
    var cases: [Case] = []

    init(_ path: String) throws {
        self.path = path
        let name = URL(filePath: path).lastPathComponent
        var part = ""
        for line in try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("=== ") {
                cases.append(
                    Case(file: name, title: String(line.dropFirst(4)), files: [], expected: []))
                part = ""
            } else if line.hasPrefix("--- ") {
                part = String(line.dropFirst(4))
                if part != "expected" { cases[cases.count - 1].files.append((part, "")) }
            } else if part == "expected" {
                if !line.isEmpty { cases[cases.count - 1].expected.append(String(line)) }
            } else if !part.isEmpty {
                let index = cases[cases.count - 1].files.count - 1
                cases[cases.count - 1].files[index].text += line + "\n"
            }
        }
    }

    /// All files of a folder beside the tests.
    static func all(in folder: URL) throws -> [MistakeFile] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".txt") }.sorted()
            .map { try MistakeFile(folder.appending(path: $0).path) }
    }

    /// Writes what is said now in place of what was expected; every line is to be read afterwards.
    func rewrite(_ said: [[String]]) throws {
        var text = ""
        for (one, lines) in zip(cases, said) {
            text += "=== \(one.title)\n"
            for file in one.files { text += "--- \(file.path)\n\(file.text)" }
            text += "--- expected\n" + lines.map { $0 + "\n" }.joined()
        }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
