extension SchemaCheck {
    /// Longer text is not matched: a pattern may take very long on it.
    private static let longestMatchedText = 8192

    /// The value, checked against the bounds of its schema; words of an enumeration are respelt.
    mutating func settle(_ value: JSONValue, schema: JSONValue, path: String) -> JSONValue {
        if let constant = schema["const"], constant != value {
            report(path, "must be \(constant.text)")
        }
        var value = value
        if let allowed = schema["enum"]?.array {
            if let same = allowed.first(where: { $0 == value || Self.isSameWord($0, value) }) {
                value = same
            } else {
                reportUnknownChoice(value, allowed, path)
            }
        }
        if let number = value.double { checkRange(number, schema, path) }
        if let text = value.string { checkText(text, schema, path) }
        return value
    }

    private static func isSameWord(_ left: JSONValue, _ right: JSONValue) -> Bool {
        guard let left = left.string, let right = right.string else { return false }
        return left.lowercased() == right.trimmingBlanks.lowercased()
    }

    private mutating func reportUnknownChoice(
        _ value: JSONValue, _ allowed: [JSONValue], _ path: String
    ) {
        let words = allowed.map { $0.string ?? $0.text }
        let nearest = value.string.flatMap { NearestWord.of($0, among: words) }
        report(
            path,
            "must be one of \(words.joined(separator: ", "))"
                + (nearest.map { "; did you mean '\($0)'?" } ?? ""))
    }

    private mutating func checkRange(_ number: Double, _ schema: JSONValue, _ path: String) {
        func bound(_ name: String) -> Double? { schema[name]?.double }
        let breaks =
            bound("minimum").map { number < $0 } ?? false
            || bound("maximum").map { number > $0 } ?? false
            || bound("exclusiveMinimum").map { number <= $0 } ?? false
            || bound("exclusiveMaximum").map { number >= $0 } ?? false
        if breaks {
            report(path, "must be \(ArgumentWording.form(of: schema))")
        }
    }

    private mutating func checkText(_ text: String, _ schema: JSONValue, _ path: String) {
        let length = text.unicodeScalars.count
        if let least = schema["minLength"]?.integer, length < least {
            report(
                path,
                least == 1
                    ? "must not be empty"
                    : "must have at least \(least) characters, has \(length)")
        }
        if let most = schema["maxLength"]?.integer, length > most {
            report(path, "must have at most \(most) characters, has \(length)")
            return
        }
        if let format = schema["format"]?.string.flatMap(TextFormat.init(rawValue:)),
            !format.accepts(text)
        {
            return report(path, "must be \(format.words)")
        }
        guard let pattern = schema["pattern"]?.string else { return }
        guard length <= Self.longestMatchedText else {
            report(path, "must have at most \(Self.longestMatchedText) characters, has \(length)")
            return
        }
        do {
            // Schemas mean scalars, and `$` the very end: a line break behind a name is no name.
            let regex = try Regex(pattern).matchingSemantics(.unicodeScalar)
            if try regex.firstMatch(in: text) == nil {
                report(path, "must match the pattern \(pattern)")
            }
        } catch {
            // Letting everything pass would open what the pattern was meant to close.
            report(path, "cannot be checked, as the tool's own pattern is no regular expression")
        }
    }
}
