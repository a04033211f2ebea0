import CrewKit
import Foundation

/// The files in `agents/`, parsed, and which agent each of them is.
struct AgentFolder {
    static let maximumAgents = 1_000

    /// One file and what is in it; a file that cannot be read still stands for its agent.
    struct AgentFile {
        var file: String
        var id: AgentID
        var document: YAMLDocument?
        /// Where the id stands, or the file's beginning.
        var idPosition = SourcePosition.start

        var place: Place {
            Place(
                file: file, path: DefinitionPath(.agent(id)),
                position: document?.root.position ?? .start)
        }

        var idPlace: Place {
            Place(file: file, path: .agent(id, "id"), position: idPosition)
        }
    }

    private(set) var exists = true
    private(set) var files: [AgentFile] = []
    private(set) var problems = ProblemList()
    private let path: String

    init(_ path: String) {
        self.path = path
        // No folder and an unreadable one are told alike, at the crew's list of agents.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            exists = false
            return
        }
        for name in names.sorted() { add(name) }
    }

    private mutating func add(_ name: String) {
        let file = "\(path)/\(name)"
        var place = Place(file: file, path: DefinitionPath(.crew), position: .start)
        if name.lowercased().hasSuffix(".yml") {
            problems.add(
                .warning, "unread_file", at: place, "only files that end in .yaml are read",
                suggestion: "rename it to \(name.dropLast(4)).yaml")
        }
        guard name.hasSuffix(".yaml"), !name.hasPrefix(".") else { return }
        place.path = DefinitionPath(.agent(AgentID(String(name.dropLast(5)))))
        guard files.count < Self.maximumAgents else {
            if files.count == Self.maximumAgents,
                !problems.problems.contains(where: { $0.problem.code == "too_many_agents" })
            {
                problems.add(
                    .error, "too_many_agents", at: place,
                    "a crew has at most \(Self.maximumAgents) agents; this file is not read")
            }
            return
        }
        read(file, AgentID(String(name.dropLast(5))), at: place)
    }

    private mutating func read(_ file: String, _ stem: AgentID, at place: Place) {
        var agent = AgentFile(file: file, id: stem)
        do throws(SourceFile.Failure) {
            let document = try SourceFile.document(at: file)
            agent.document = document
            if let entry = document.root.map?["id"], let id = entry.value.scalar, !id.text.isEmpty,
                !id.isNull
            {
                agent.id = AgentID(id.text)
                agent.idPosition = entry.value.position
            } else {
                tellMissingID(of: agent)
            }
        } catch {
            var place = place
            place.position = error.position
            problems.add(
                error.isNoFile ? .warning : .error, "unreadable_file", at: place, error.problem,
                suggestion: error.advice)
            // A folder of that name is passed over, as in the original.
            if error.isNoFile { return }
        }
        files.append(agent)
    }

    private mutating func tellMissingID(of agent: AgentFile) {
        guard agent.document?.root.map != nil else { return }
        problems.add(
            .warning, "missing_id", at: agent.place,
            "the agent has no id; the file's name '\(agent.id)' is used",
            suggestion: "add 'id: \(agent.id)'")
    }
}

extension AgentFolder {
    /// The file of each agent; of two with the same id the later one counts, as in the original.
    mutating func filesByAgent() -> [AgentID: AgentFile] {
        var found: [AgentID: AgentFile] = [:]
        for file in files {
            if let earlier = found.updateValue(file, forKey: file.id) {
                problems.add(
                    .warning, "duplicate_agent", at: file.idPlace,
                    "agent '\(file.id)' is also defined in \(earlier.file); this file counts",
                    suggestion: "give one of them another id, or remove it")
            }
        }
        return found
    }
}
