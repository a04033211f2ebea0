import CrewConfig
import CrewKit
import Foundation

/// A crew's folder in a temporary place, gone after the test.
final class CrewFiles {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.path + "/crew-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path + "/agents", withIntermediateDirectories: true)
        for (name, text) in files { try write(name, Data(text.utf8)) }
    }

    deinit {
        // What is left in the temporary folder hurts nobody.
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ bytes: Data) throws {
        try bytes.write(to: URL(fileURLWithPath: path + "/" + name))
    }

    func load(environment: [String: String] = [:]) throws -> LoadedCrew {
        try CrewFolder.load(path, environment: environment)
    }

    /// All problems, one per line, paths shortened to the folder: `crew.yaml:3:1: warning code`.
    func problems(
        tools: Set<ToolName> = [], environment: [String: String] = [:]
    ) throws -> [String] {
        // Older forms stand in many of these files and are not what they are about.
        try load(environment: environment).problems(tools: tools).withoutUnused
            .filter { $0.problem.code != "older_key" }.map { short($0) }
    }

    func short(_ found: LocatedProblem) -> String {
        let file = found.file.replacing(path + "/", with: "")
        return "\(file):\(found.line):\(found.column): \(found.severity) \(found.problem.code)"
    }
}

/// The smallest crew of one agent.
func oneAgent(
    _ agent: String = "", crew: String = "", name: String = "name: A"
) -> [String: String] {
    [
        "crew.yaml": "agents: [a]\n" + crew,
        "agents/a.yaml": "id: a\n\(name)\nprimary: {provider: openai, model: m}\n" + agent,
    ]
}

extension [LocatedProblem] {
    /// Without what is said about tools, agents and groups that nobody uses or leads to, and about ways
    /// that go round: most tests are about a value alone.
    var withoutUnused: [LocatedProblem] {
        let codes: Set<String> = [
            "unused_tool", "unused_server", "unreachable_agent", "unreachable_group",
            "unheard_signals", "no_next_agent", "flow_cycle",
        ]
        return filter { !codes.contains($0.problem.code) }
    }
}
