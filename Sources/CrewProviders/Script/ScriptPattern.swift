import Foundation

/// A regular expression of a script, searched without regard to case.
///
/// Pattern and text are compared in Unicode's composed form, so that it does not matter how an
/// accented letter was typed.
struct ScriptPattern: Sendable {
    private let expression: NSRegularExpression

    init(_ pattern: String) throws {
        expression = try NSRegularExpression(
            pattern: pattern.precomposedStringWithCanonicalMapping, options: .caseInsensitive)
    }

    /// The matched text and its groups, empty where a group took no part; nil without a match.
    func groups(in text: String) -> [String]? {
        let text = text.precomposedStringWithCanonicalMapping
        let whole = NSRange(text.startIndex..., in: text)
        guard let match = expression.firstMatch(in: text, range: whole) else { return nil }
        return (0..<match.numberOfRanges).map { number in
            Range(match.range(at: number), in: text).map { String(text[$0]) } ?? ""
        }
    }
}
