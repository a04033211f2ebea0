public import CrewKit

/// What was found about some crews, ready to be shown to people, programs and editors.
public struct ProblemReport: Sendable {
    public private(set) var problems: [LocatedProblem] = []
    /// Whether one of the crews could not be read at all.
    public private(set) var isUnreadable = false
    private let isStrict: Bool

    /// - Parameter isStrict: counts warnings as errors.
    public init(isStrict: Bool = false) { self.isStrict = isStrict }

    /// Adds what was found about a crew.
    public mutating func add(_ found: some Sequence<LocatedProblem>) {
        problems += found.map { found in
            var found = found
            if isStrict, found.severity == .warning { found.problem.severity = .error }
            return found
        }
    }

    /// Adds a crew of which nothing could be read.
    public mutating func add(_ crew: UnreadableCrew) {
        isUnreadable = true
        problems.append(crew.problem)
    }

    /// Adds why nothing could be found out about a crew.
    public mutating func addUnreadable(_ problem: LocatedProblem) {
        isUnreadable = true
        problems.append(problem)
    }

    /// Adds another report as it is.
    public mutating func add(_ report: ProblemReport) {
        problems += report.problems
        if report.isUnreadable { isUnreadable = true }
    }

    public func problems(of severity: DefinitionProblem.Severity) -> [LocatedProblem] {
        problems.filter { $0.severity == severity }
    }

    public var hasErrors: Bool { problems.contains { $0.severity == .error } }
}

extension ProblemReport {
    /// One paragraph for each problem, the line of the file below it.
    public func text(from least: DefinitionProblem.Severity = .warning) -> String {
        problems.filter { $0.severity >= least }.map { $0.quotedDescription + "\n" }.joined()
    }

    /// How many of each there are, such as `0 errors, 1 warning, 2 notes`.
    public var counts: String {
        [("error", DefinitionProblem.Severity.error), ("warning", .warning), ("note", .note)]
            .map { word, severity in
                let count = problems.count { $0.severity == severity }
                return "\(count) \(word)\(count == 1 ? "" : "s")"
            }.joined(separator: ", ")
    }
}
