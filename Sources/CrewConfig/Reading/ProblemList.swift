import CrewKit

/// A place that a problem can point at: the value's path and where it stands.
struct Place: Sendable {
    var file: String
    var path: DefinitionPath
    var position: SourcePosition

    func entering(_ entry: YAMLMap.Entry) -> Place {
        Place(file: file, path: path.appending(entry.key), position: entry.place)
    }

    func entering(_ index: Int, _ element: YAMLNode) -> Place {
        Place(file: file, path: path.appending(index), position: element.position)
    }
}

/// What was found while reading; nothing in it stops the reading.
struct ProblemList: Sendable {
    private(set) var problems: [LocatedProblem] = []
    private var wrongValues: Set<Value> = []

    private struct Value: Hashable {
        var file: String
        var path: DefinitionPath
    }

    /// Adds a problem; of several errors of one value only the first is told.
    mutating func add(
        _ severity: DefinitionProblem.Severity, _ code: String, at place: Place,
        _ message: String, suggestion: String? = nil
    ) {
        if severity == .error {
            let value = Value(file: place.file, path: place.path)
            guard wrongValues.insert(value).inserted else { return }
        }
        let problem = DefinitionProblem(
            severity, code, at: place.path, message, suggestion: suggestion)
        problems.append(LocatedProblem(problem, in: place.file, at: place.position))
    }
}
