import CrewKit

/// Finds values that are allowed, and probably meant otherwise.
struct ScaleCheck {
    private(set) var problems = ProblemList()
    private static let percentages = ["memory_alert_percent", "context_trim_percent"]

    /// - Parameter crew: the root of `crew.yaml`.
    mutating func checkCrew(_ crew: YAMLNode, at place: Place) {
        guard let entry = crew.map?["settings"], let settings = entry.value.map else { return }
        for key in Self.percentages {
            guard let percentage = settings[key], let value = percentage.value.scalar?.number,
                value > 0, value < 1
            else { continue }
            problems.add(
                .warning, "suspicious_value", at: place.entering(entry).entering(percentage),
                "\(key) is a percentage; \(value) is less than one percent",
                suggestion: "write \(Self.short(value * 100))")
        }
    }

    /// - Parameter agent: the root of an agent's file.
    mutating func checkAgent(_ agent: YAMLNode, at place: Place) {
        guard let entry = agent.map?["fallbacks"] else { return }
        for (index, fallback) in (entry.value.list ?? []).enumerated() {
            guard let on = fallback.map?["on"], on.value.list?.isEmpty == true else { continue }
            problems.add(
                .warning, "no_effect",
                at: place.entering(entry).entering(index, fallback)
                    .entering(on),
                "an empty 'on' is the same as none: the model takes over for every failure that it "
                    + "may mend",
                suggestion: "name failures, such as [on_rate_limit], or remove 'on'")
        }
    }

    private static func short(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
    }
}

extension SourceMap {
    /// What is odd about the files whatever their keys mean: secrets in them, and values on a wrong
    /// scale.
    var oddities: [LocatedProblem] {
        var secrets = SecretScan()
        var scales = ScaleCheck()
        for (document, file, root) in all {
            secrets.scan(root, of: document, in: file)
            let place = Place(
                file: file, path: DefinitionPath(document), position: root.position)
            switch document {
            case .crew: scales.checkCrew(root, at: place)
            case .agent: scales.checkAgent(root, at: place)
            case .script: break
            }
        }
        return secrets.problems.problems + scales.problems.problems
    }
}
