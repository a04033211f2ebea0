import CrewKit

/// Knows the file and the place of every value of a crew's folder.
struct SourceMap: Sendable {
    private var documents: [DefinitionPath.Document: (file: String, root: YAMLNode)] = [:]

    mutating func add(_ document: DefinitionPath.Document, file: String, root: YAMLNode) {
        documents[document] = (file, root)
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
