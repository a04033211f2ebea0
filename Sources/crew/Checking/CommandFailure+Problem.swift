import CrewConfig
import CrewKit

extension CommandFailure {
    /// The failure as a problem of a crew's folder, at the place that its message begins with.
    ///
    /// The line is not quoted: it may stand in a file of secrets.
    func problem(in folder: String) -> LocatedProblem {
        var (file, line, column, text) = (folder, 1, 1, message)
        if let mark = text.firstRange(of: "error: ") {
            let place = text[..<mark.lowerBound]
            text = String(text[mark.upperBound...])
            var parts = place.split(separator: ":", omittingEmptySubsequences: false)
            // Behind the last colon stands a space, or nothing.
            if !parts.isEmpty { parts.removeLast() }
            if parts.count > 2, let row = Int(parts[parts.count - 2]), let last = parts.last,
                let number = Int(last)
            {
                (line, column) = (row, number)
                parts.removeLast(2)
            }
            if !parts.isEmpty { file = parts.joined(separator: ":") }
        }
        let problem = DefinitionProblem(
            .error, CrewError.Code.unreadableDefinition.rawValue, at: DefinitionPath(.crew), text)
        return LocatedProblem(problem, file: file, line: line, column: column)
    }
}
