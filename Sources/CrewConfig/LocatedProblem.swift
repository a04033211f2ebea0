public import CrewKit

/// A problem of a crew's folder with the place in the file where it was found.
public struct LocatedProblem: Sendable, Hashable {
    public var problem: DefinitionProblem
    /// The file's path, as the folder's path was given.
    public var file: String
    /// Counts from 1.
    public var line: Int
    /// Counts from 1, in Unicode scalars.
    public var column: Int

    public init(_ problem: DefinitionProblem, file: String, line: Int, column: Int) {
        self.problem = problem
        self.file = file
        self.line = line
        self.column = column
    }

    public var severity: DefinitionProblem.Severity { problem.severity }
}

extension LocatedProblem: CustomStringConvertible {
    /// The form that editors and terminals make clickable.
    public var description: String {
        let text = "\(file):\(line):\(column): \(severity.rawValue): \(problem.message)"
        return problem.suggestion.map { "\(text) (\($0))" } ?? text
    }
}

extension LocatedProblem {
    init(_ problem: DefinitionProblem, in file: String, at position: SourcePosition) {
        self.init(problem, file: file, line: position.line, column: position.column)
    }

    var position: SourcePosition { SourcePosition(line: line, column: column) }
}
