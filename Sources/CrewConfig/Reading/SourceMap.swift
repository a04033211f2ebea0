import CrewKit

/// Knows the file and the place of every value of a crew's folder.
struct SourceMap: Sendable {
    private var documents: [DefinitionPath.Document: (file: String, root: YAMLNode)] = [:]

    mutating func add(_ document: DefinitionPath.Document, file: String, root: YAMLNode) {
        documents[document] = (file, root)
    }

    /// Tells the crew from every other that its files could describe, whatever the environment holds.
    var digest: String {
        var fingerprint = Fingerprint()
        let parts = documents.map { (name: Self.name(of: $0.key), root: $0.value.root) }
        for part in parts.sorted(by: { $0.name < $1.name }) {
            fingerprint.add("\(part.name.utf8.count) \(part.name)")
            fingerprint.add(part.root)
        }
        return fingerprint.text
    }

    private static func name(of document: DefinitionPath.Document) -> String {
        switch document {
        case .crew: "crew"
        case .agent(let id): "agent \(id)"
        case .script: "script"
        }
    }

    /// The path as it was written: what `sub_crews` names is a tool for everybody else.
    func written(_ path: DefinitionPath) -> DefinitionPath {
        if path.document == .script, documents[.script] == nil {
            return DefinitionPath(.crew, [.key("script")] + path.steps)
        }
        guard path.document == .crew, path.steps.first == .key("tools"), path.steps.count > 1,
            case .key(let name) = path.steps[1], let root = documents[.crew]?.root.map,
            root["tools"]?.value.map?[name] == nil, root["sub_crews"]?.value.map?[name] != nil
        else { return path }
        return DefinitionPath(.crew, [.key("sub_crews")] + path.steps.dropFirst())
    }

    /// Where the value stands, or what is left of the way to it when it was not written.
    func place(of path: DefinitionPath) -> Place? {
        let document = documents[path.document] ?? documents[.crew]
        guard let (file, root) = document else { return nil }
        var place = Place(file: file, path: path, position: root.position)
        guard documents[path.document] != nil else { return place }
        var node = root
        for step in path.steps {
            switch step {
            case .key(let key):
                guard let entry = node.map?[key] else { return place }
                place.position = entry.place
                node = entry.value
            case .index(let index):
                guard let list = node.list, list.indices.contains(index) else { return place }
                node = list[index]
                place.position = node.position
            }
        }
        return place
    }

    /// Whether a value was written at the end of that way.
    func holds(_ path: DefinitionPath) -> Bool {
        guard var node = documents[path.document]?.root else { return false }
        for step in path.steps {
            switch step {
            case .key(let key):
                guard let entry = node.map?[key] else { return false }
                node = entry.value
            case .index(let index):
                guard let list = node.list, list.indices.contains(index) else { return false }
                node = list[index]
            }
        }
        return true
    }

    /// Every document with its file.
    var all: [(document: DefinitionPath.Document, file: String, root: YAMLNode)] {
        documents.map { ($0.key, $0.value.file, $0.value.root) }
    }
}
