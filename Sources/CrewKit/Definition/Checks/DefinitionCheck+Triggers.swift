import Foundation

extension DefinitionCheck {
    mutating func check(_ trigger: SignalTrigger, at path: DefinitionPath) {
        switch trigger {
        case .keyword(let text): checkText(text, "keyword", at: path.appending("keyword"))
        case .prefix(let text): checkText(text, "prefix", at: path.appending("prefix"))
        case .pattern(let pattern):
            let place = path.appending("pattern")
            checkText(pattern, "pattern", at: place)
            checkPattern(pattern, at: place)
        case .any(let triggers): check(triggers, "any", at: path.appending("any"))
        case .all(let triggers): check(triggers, "all", at: path.appending("all"))
        }
    }

    private mutating func check(
        _ triggers: [SignalTrigger], _ key: String, at path: DefinitionPath
    ) {
        if triggers.isEmpty {
            add(
                .error, "empty_test", at: path, "'\(key)' holds no trigger",
                suggestion: "list triggers such as {keyword: refund}")
        }
        for (index, trigger) in triggers.enumerated() {
            check(trigger, at: path.appending(index))
        }
    }

    private mutating func checkText(_ text: String, _ key: String, at path: DefinitionPath) {
        guard text.allSatisfy(\.isWhitespace) else { return }
        add(
            .error, "empty_test", at: path,
            "an empty \(key) would fit every reply",
            suggestion: "write what a reply must hold")
    }

    /// A regular expression that cannot be read, or that says nothing.
    mutating func checkPattern(_ pattern: String, at path: DefinitionPath) {
        guard !pattern.allSatisfy(\.isWhitespace) else { return }
        do {
            let expression = try NSRegularExpression(pattern: pattern)
            let nothing = NSRange(location: 0, length: 0)
            guard expression.firstMatch(in: "", range: nothing) != nil else { return }
            add(
                .warning, "loose_pattern", at: path,
                "the pattern '\(pattern.prefix(80))' fits every text, an empty one too",
                suggestion: "write + in place of *, or anchor it with ^ and $")
        } catch {
            add(
                .error, "invalid_pattern", at: path,
                "'\(pattern.prefix(80))' is not a regular expression",
                suggestion: "check its brackets; put a \\ before a bracket that is meant as itself")
        }
    }
}
