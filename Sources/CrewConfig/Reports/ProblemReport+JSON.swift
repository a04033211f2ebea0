public import CrewKit

extension ProblemReport {
    /// The report in the original's shape, with more in it: notes, columns and codes.
    public var json: JSONValue {
        let errors = problems(of: .error)
        let warnings = problems(of: .warning)
        let notes = problems(of: .note)
        return .object([
            "success": .bool(errors.isEmpty),
            "errors": .array(errors.map(\.json)),
            "warnings": .array(warnings.map(\.json)),
            "notes": .array(notes.map(\.json)),
            "summary": [
                "total_errors": .integer(errors.count),
                "total_warnings": .integer(warnings.count),
                "total_notes": .integer(notes.count),
                "is_valid": .bool(errors.isEmpty),
            ],
        ])
    }
}

extension LocatedProblem {
    /// One entry of a report.
    var json: JSONValue {
        var entry: JSONObject = [
            "file": .string(file),
            "section": .string(problem.path.section),
            "field": .string("\(problem.path)"),
            "message": .string(problem.message),
            "severity": .string(severity.rawValue),
            "fix": .string(problem.suggestion ?? ""),
            "line": .integer(line),
            "column": .integer(column),
        ]
        if let endColumn { entry["end_column"] = .integer(endColumn) }
        entry["code"] = .string(problem.code)
        if let quote { entry["excerpt"] = .string(quote.text) }
        return .object(entry)
    }
}

extension DefinitionPath {
    /// The part of the crew that the path leads into: the document and its block.
    var section: String {
        let name =
            switch document {
            case .crew: "crew"
            case .agent(let id): "agent \(id)"
            case .script: "script"
            }
        guard case .key(let key)? = steps.first, steps.count > 1 || document == .crew else {
            return name
        }
        return document == .crew ? key : "\(name), \(key)"
    }
}

extension JSONValue {
    /// The value over several lines, two blanks deeper with each level.
    public var indentedText: String { indented(0) + "\n" }

    private func indented(_ depth: Int) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch self {
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { inner + $0.indented(depth + 1) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map {
                "\(inner)\(JSONValue.string($0.key).text): \($0.value.indented(depth + 1))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
        default: return text
        }
    }
}
