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
    /// The column behind the offending text, which never goes beyond its line; absent when the file
    /// cannot be quoted.
    public var endColumn: Int?
    /// The line itself, without the secrets in it; absent when the file cannot be quoted.
    public var quote: QuotedLine?

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

    /// The description, and below it the line with a mark under the offending text.
    public var quotedDescription: String {
        guard let quote else { return description }
        let number = "\(line)"
        let margin = String(repeating: " ", count: number.count)
        return "\(description)\n  \(number) | \(quote.text)\n  \(margin) | \(quote.mark)"
    }
}

extension LocatedProblem {
    init(_ problem: DefinitionProblem, in file: String, at position: SourcePosition) {
        self.init(problem, file: file, line: position.line, column: position.column)
    }

    var position: SourcePosition { SourcePosition(line: line, column: column) }
}
