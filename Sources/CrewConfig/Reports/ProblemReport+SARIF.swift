public import CrewKit

extension ProblemReport {
    /// The report in the Static Analysis Results Interchange Format 2.1.0, for editors and CI.
    ///
    /// - Parameters:
    ///   - version: of this program.
    ///   - workingDirectory: files below it are named from there.
    public func sarif(version: String, workingDirectory: String) -> JSONValue {
        let codes = Set(problems.map(\.problem.code)).sorted()
        let indexes = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, $0) })
        let results = problems.map { found in
            found.sarif(
                rule: indexes[found.problem.code] ?? -1, workingDirectory: workingDirectory)
        }
        let driver: JSONObject = [
            "name": "swift-crew", "semanticVersion": .string(version),
            "rules": .array(codes.map(Self.rule)),
        ]
        return [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                [
                    "tool": ["driver": .object(driver)],
                    "invocations": [["executionSuccessful": .bool(!isUnreadable)]],
                    "columnKind": "unicodeCodePoints",
                    "results": .array(results),
                ]
            ],
        ]
    }

    private static func rule(_ code: String) -> JSONValue {
        let rule = ProblemRule(code)
        return [
            "id": .string(code),
            "shortDescription": ["text": .string(rule.title)],
            "help": ["text": .string(rule.help)],
        ]
    }
}

extension LocatedProblem {
    fileprivate func sarif(rule: Int, workingDirectory: String) -> JSONValue {
        var region: JSONObject = ["startLine": .integer(line), "startColumn": .integer(column)]
        if let endColumn {
            region["endLine"] = .integer(line)
            region["endColumn"] = .integer(endColumn)
        }
        if let quote { region["snippet"] = ["text": .string(quote.text)] }
        let text = problem.suggestion.map { "\(problem.message) (\($0))" } ?? problem.message
        let artifact: JSONValue = ["uri": .string(Self.uri(file, from: workingDirectory))]
        return [
            "ruleId": .string(problem.code), "ruleIndex": .integer(rule),
            "level": .string(severity.rawValue), "message": ["text": .string(text)],
            "locations": [
                ["physicalLocation": ["artifactLocation": artifact, "region": .object(region)]]
            ],
            "properties": ["path": .string("\(problem.path)")],
        ]
    }

    /// The file as a reference that starts at the working directory, or as a whole one outside of it.
    private static func uri(_ file: String, from workingDirectory: String) -> String {
        let base = workingDirectory.hasSuffix("/") ? workingDirectory : workingDirectory + "/"
        if file.hasPrefix(base) { return escaped(file.dropFirst(base.count)) }
        if file.hasPrefix("/") { return "file://" + escaped(file[...]) }
        var path = file[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        return escaped(path)
    }

    private static func escaped(_ path: Substring) -> String {
        var text = ""
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where "-._~/".utf8.contains(byte):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
