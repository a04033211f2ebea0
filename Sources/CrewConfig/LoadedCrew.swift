public import CrewKit

/// A crew's folder as it was read: the definition, and everything that is wrong or odd about it.
///
/// The definition leaves out what could not be read; ask `validated(tools:)` of this type, not of
/// the definition, so that nothing wrong in the files is passed over.
public struct LoadedCrew: Sendable {
    public let definition: CrewDefinition
    /// The folder's path, as it was given.
    public let folder: String
    private let reading: [LocatedProblem]
    private let sources: SourceMap
    /// What is not to be shown of all that the files brought in.
    public let secrets: SecretTexts
    /// The files that were read, `crew.yaml` first.
    public let files: [String]
    /// The files that `${file:PATH}` names, also those that could not be read.
    public let secretFiles: [String]

    init(
        definition: CrewDefinition, folder: String, files: [String], reading: [LocatedProblem],
        sources: SourceMap, secrets: SecretTexts = SecretTexts(),
        secretFiles: [String] = []
    ) {
        self.definition = definition
        self.folder = folder
        self.files = files
        self.sources = sources
        self.secrets = secrets
        self.secretFiles = secretFiles
        guard definition.settings.isStrict else {
            self.reading = reading
            return
        }
        self.reading = reading.map { found in
            var found = found
            if found.severity == .warning { found.problem.severity = .error }
            return found
        }
    }

    /// Everything that is wrong or odd, by file and line, each with the line that it is about.
    ///
    /// - Parameters:
    ///   - tools: the tools that exist besides the crew's own.
    ///   - prices: what models cost whose price the crew does not say.
    ///   - further: what others found in the definition; their severities stay as they are.
    public func problems(
        tools: Set<ToolName>, prices: PriceTable = .bundled, further: [DefinitionProblem] = []
    ) -> [LocatedProblem] {
        let kernel =
            definition.problems(tools: tools, prices: prices) + optionProblems + further
        var lines = SourceLines()
        let known = KnownProblems(reading)
        let new = kernel.map(located).filter { !known.explain($0.problem) }
        let found = (reading + new).map { found in
            var found = lines.quoting(found)
            found.problem = found.problem.withoutSecrets
            return found
        }
        return sorted(found)
    }

    private func sorted(_ problems: [LocatedProblem]) -> [LocatedProblem] {
        let ranks = Dictionary(
            files.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return problems.enumerated().sorted { left, right in
            let (a, b) = (left.element, right.element)
            let (x, y) = (ranks[a.file] ?? files.count, ranks[b.file] ?? files.count)
            return (x, a.file, a.position, left.offset) < (y, b.file, b.position, right.offset)
        }.map { redacted($0.element) }
    }

    /// The crew in the form that can run.
    ///
    /// - Throws: `invalidDefinition` with every error and its place.
    public func validated(
        tools: Set<ToolName>, prices: PriceTable = .bundled
    ) throws(CrewError) -> ValidatedCrew {
        let errors = problems(tools: tools, prices: prices).filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw CrewError(
                .invalidDefinition, errors.map(\.description).joined(separator: "\n"))
        }
        return try definition.resolved(tools: tools)
    }

    /// A problem that was found in the definition, with its place in the files.
    public func located(_ problem: DefinitionProblem) -> LocatedProblem {
        var problem = problem
        problem.path = sources.written(problem.path)
        let place = sources.place(of: problem.path)
        return LocatedProblem(
            problem, in: place?.file ?? folder, at: place?.position ?? .start)
    }

    /// The same, with the line that it is about.
    public func quoted(_ problem: DefinitionProblem) -> LocatedProblem {
        var lines = SourceLines()
        return lines.quoting(located(problem))
    }

    private func redacted(_ found: LocatedProblem) -> LocatedProblem {
        var found = found
        found.problem.message = secrets.redacted(found.problem.message)
        found.problem.suggestion = found.problem.suggestion.map(secrets.redacted)
        return found
    }

    /// Whether the value at the end of that way was written.
    public func isWritten(_ path: DefinitionPath) -> Bool { sources.holds(path) }
}

extension DefinitionProblem {
    /// The problem in words that hold no key, token or password.
    var withoutSecrets: DefinitionProblem {
        var problem = self
        problem.message = SecretName.masked(message)
        problem.suggestion = suggestion.map(SecretName.masked)
        return problem
    }
}
