import CrewKit

/// What reading a crew's files has told already, by place.
struct KnownProblems {
    private struct Told: Hashable {
        var path: DefinitionPath
        var code: String
    }

    private var told: [Told: DefinitionProblem.Severity] = [:]
    private var errors: Set<DefinitionPath> = []

    init(_ reading: [LocatedProblem]) {
        for found in reading.map(\.problem) {
            let key = Told(path: found.path, code: found.code)
            told[key] = max(told[key] ?? .note, found.severity)
            if found.severity == .error { errors.insert(found.path) }
        }
    }

    /// Whether the same was told, or an error that explains a problem of this value or of one in it.
    func explain(_ problem: DefinitionProblem) -> Bool {
        let key = Told(path: problem.path, code: problem.code)
        if let severity = told[key], severity >= problem.severity { return true }
        guard !errors.isEmpty else { return false }
        return (0...problem.path.steps.count).contains { count in
            errors.contains(
                DefinitionPath(problem.path.document, Array(problem.path.steps.prefix(count))))
        }
    }
}
