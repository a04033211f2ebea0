import CrewKit
import Foundation

/// One load of a folder, from the parsed `crew.yaml` to the result.
struct CrewLoading {
    private let folder: String
    private let document: YAMLDocument
    private let isStrict: Bool
    private var reader: CrewReader
    private var agents: AgentFolder
    private var sources = SourceMap()
    private var files: [String]

    private var crewFile: String { "\(folder)/crew.yaml" }

    init(folder: String, document: YAMLDocument, environment: [String: String]) {
        self.folder = folder
        self.document = document
        let mode = document.root.map?["settings"]?.value.map?["config_mode"]?.value.scalar?.text
        isStrict = mode == "strict"
        reader = CrewReader(environment: environment, isStrict: isStrict, folder: folder)
        agents = AgentFolder("\(folder)/agents")
        files = ["\(folder)/crew.yaml"]
    }

    mutating func crew() -> LoadedCrew {
        let place = Place(
            file: crewFile, path: DefinitionPath(.crew), position: document.root.position)
        sources.add(.crew, file: crewFile, root: document.root)
        reader.check(document, as: .crew, at: place)
        let block = BlockReader(document.root, .crew, at: place, isStrict: isStrict)
        var crew = reader.crew(block, folderName: name)
        crew.agents = members(block)
        crew.script = script(block, agents: crew.agents.map(\.id))
        crew.digest = sources.digest
        return LoadedCrew(
            definition: crew, folder: folder, files: files,
            reading: agents.problems.problems + reader.problems.problems + sources.oddities,
            sources: sources, secrets: reader.secrets, secretFiles: reader.secretFiles)
    }

    /// What a crew without a name is called.
    private var name: String {
        URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
    }
}

extension CrewLoading {
    /// The agents that the crew lists, in its order.
    private mutating func members(_ crew: BlockReader) -> [AgentDefinition] {
        let files = agents.filesByAgent()
        self.files += agents.files.map(\.file)
        for file in agents.files { check(file) }
        var members: [AgentDefinition] = []
        var listed: Set<AgentID> = []
        let rule = AgentIDRule(crew)
        for (index, name) in crew.texts("agents").enumerated() where !name.isEmpty {
            var place = crew.place(of: "agents")
            if let node = crew.entry("agents")?.value.list?[index] {
                place = place.entering(index, node)
            }
            let id = AgentID(name)
            guard listed.insert(id).inserted else {
                tellTwice(id, at: place)
                continue
            }
            rule.check(id, at: files[id]?.idPlace ?? place, adding: &reader.problems)
            if let file = files[id] {
                members.append(member(file))
            } else {
                tellMissing(id, among: files.keys, at: place)
            }
        }
        if !listed.isEmpty { tellUnlisted(files.values.filter { !listed.contains($0.id) }) }
        return members
    }

    private mutating func check(_ file: AgentFolder.AgentFile) {
        guard let document = file.document else { return }
        reader.check(document, as: .agent, at: file.place)
    }

    private mutating func member(_ file: AgentFolder.AgentFile) -> AgentDefinition {
        guard let document = file.document else { return AgentDefinition(id: file.id) }
        sources.add(.agent(file.id), file: file.file, root: document.root)
        let block = BlockReader(document.root, .agent, at: file.place, isStrict: isStrict)
        return reader.agent(file.id, block)
    }

    private mutating func tellTwice(_ id: AgentID, at place: Place) {
        reader.problems.add(
            .warning, "duplicate_agent", at: place, "agent '\(id)' is listed twice",
            suggestion: "remove one of them")
    }

    private mutating func tellMissing(
        _ id: AgentID, among known: some Sequence<AgentID>, at place: Place
    ) {
        if let file = agents.files.first(where: { $0.file.hasSuffix("/agents/\(id).yaml") }) {
            return reader.problems.add(
                .warning, "missing_agent_file", at: place,
                "agent '\(id)' has no file: agents/\(id).yaml describes agent '\(file.id)'; "
                    + "the crew goes without it",
                suggestion: "write 'id: \(id)' in that file, or list '\(file.id)' here")
        }
        let advice =
            NearestWord.of(id.rawValue, among: known.map(\.rawValue))
            .map { "did you mean '\($0)'?" } ?? "write agents/\(id).yaml with 'id: \(id)'"
        reader.problems.add(
            .warning, "missing_agent_file", at: place,
            "agent '\(id)' has no file in \(folder)/agents; the crew goes without it",
            suggestion: agents.exists ? advice : "there is no folder \(folder)/agents: create it")
    }

    private mutating func tellUnlisted(_ files: some Sequence<AgentFolder.AgentFile>) {
        for file in files.sorted(by: { $0.file < $1.file }) {
            reader.problems.add(
                .warning, "unlisted_agent", at: file.idPlace,
                "agent '\(file.id)' is not listed in crew.yaml and is not part of the crew",
                suggestion: "add it to 'agents:', or remove the file")
        }
    }
}

extension CrewLoading {
    /// The script of `script.yaml`, else the one in `crew.yaml`.
    private mutating func script(_ crew: BlockReader, agents: [AgentID]) -> ScriptDefinition? {
        let inner = crew.block("script")
        let file = "\(folder)/script.yaml"
        var place = Place(file: file, path: DefinitionPath(.script), position: .start)
        do throws(SourceFile.Failure) {
            let document = try SourceFile.document(at: file)
            files.append(file)
            place.position = document.root.position
            sources.add(.script, file: file, root: document.root)
            reader.check(document, as: .script, at: place)
            if inner != nil { tellTwoScripts(at: crew.place(of: "script")) }
            let block = BlockReader(document.root, .script, at: place, isStrict: isStrict)
            return reader.script(block, agents: agents)
        } catch {
            if !error.isMissing {
                files.append(file)
                place.position = error.position
                reader.problems.add(
                    .error, "unreadable_file", at: place, error.problem, suggestion: error.advice)
            }
            return inner.map { reader.script($0, agents: agents) }
        }
    }

    private mutating func tellTwoScripts(at place: Place) {
        reader.problems.add(
            .warning, "two_scripts", at: place,
            "script.yaml is used instead of this script", suggestion: "remove one of them")
    }
}
