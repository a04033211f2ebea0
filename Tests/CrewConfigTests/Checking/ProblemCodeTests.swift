import CrewConfig
import Foundation
import Testing

@Suite("Codes of problems")
struct ProblemCodeTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Codes that no folder of files can bring about, and where they are tested.
    private static let elsewhere: [String: String] = [
        "no_agents": "definitions that were built in code; a missing list is missing_key",
        "duplicate_server": "definitions that were built in code; YAML has each key once",
        "group_asked_again": "tests of the flow", "limit_before_end": "tests of the flow",
        "too_many_agents": "UnreadableFileTests, with a thousand files",
        "sandbox_missing": "depends on the machine",
        "endpoint_unreachable": "EndpointInspectionTests",
        "endpoint_unclear": "EndpointInspectionTests",
        "duplicate_crew": "CheckCommandTests, with crews beside each other",
        "rejected_api_key": "EndpointInspectionTests", "model_not_found": "EndpointInspectionTests",
    ]

    /// Every code that the program may give a problem, read out of its sources.
    static func codes() throws -> Set<String> {
        // Codes that are put together, or passed in another way than the patterns know.
        var codes: Set<String> = [
            "unreadable_definition", "retry_of_run", "cache_of_run", "unknown_server",
            "unknown_format", "unknown_keyword", "unchecked_keyword",
        ]
        let rooms = [
            "CrewKit/Definition", "CrewKit/Flow", "CrewKit/Tools/Arguments", "CrewConfig",
            "CrewProviders/Endpoints", "crew/Checking", "crew/Money",
        ]
        for room in rooms {
            let folder = root.appending(path: "Sources/\(room)")
            for name in FileManager.default.subpaths(atPath: folder.path) ?? [] {
                guard name.hasSuffix(".swift"), !name.hasSuffix("ProblemRule.swift") else {
                    continue
                }
                let text = try String(
                    contentsOf: folder.appending(path: name), encoding: .utf8)
                for pattern in patterns {
                    for match in text.matches(of: pattern) { codes.insert(String(match.1)) }
                }
            }
        }
        return codes
    }

    private static var patterns: [Regex<(Substring, Substring)>] {
        [
            /\.(?:error|warning|note),\s*"([a-z]+(?:_[a-z]+)+)"/,
            /severity,\s*"([a-z]+(?:_[a-z]+)+)"/,
            /code: "([a-z]+(?:_[a-z]+)+)"/,
            /code = "([a-z]+(?:_[a-z]+)+)"/,
            /"([a-z]+(?:_[a-z]+)+)",? (?:at|in): pl/,
            /\? "([a-z]+(?:_[a-z]+)+)" : "[a-z_]+",\s*at/,
            /\? "[a-z_]+" : "([a-z]+(?:_[a-z]+)+)",\s*at/,
        ]
    }

    @Test("Every code has a rule that explains it, and every rule a code")
    func rules() throws {
        let codes = try Self.codes()
        let explained = Set(ProblemRule.all.map(\.code))
        #expect(codes.count > 60)
        #expect(codes.subtracting(explained).sorted() == [])
        #expect(explained.subtracting(codes).sorted() == [])
        #expect(ProblemRule.all.allSatisfy { !$0.title.isEmpty && $0.help.hasSuffix(".") })
    }

    @Test("Every code is brought about by a mistake that is written down")
    func covered() throws {
        let folders = ["CrewConfigTests/Mistakes", "CrewCommandTests/Mistakes"]
        var seen: Set<String> = []
        for folder in folders {
            for file in try MistakeFile.all(in: Self.root.appending(path: "Tests/\(folder)")) {
                for line in file.cases.flatMap(\.expected) {
                    let code = line.split(separator: "[").last?.dropLast()
                    seen.insert(String(code ?? ""))
                }
            }
        }
        let missing = try Self.codes().subtracting(seen).subtracting(Self.elsewhere.keys)
        #expect(missing.sorted() == [])
        #expect(Set(Self.elsewhere.keys).intersection(seen).sorted() == [])
    }
}
