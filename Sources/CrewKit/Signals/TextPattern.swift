import Foundation

/// A regular expression that gives up on a text rather than search it for ever.
///
/// Pattern and text are compared without regard to case and in Unicode's composed form, so that it
/// does not matter how an accented letter was typed.
package struct TextPattern: Sendable {
    private let expression: NSRegularExpression

    /// How often a search may report that it is still under way: some tenths of a second, the same on
    /// every machine in steps of the search.
    private static let patience = 1_000

    /// - Throws: `invalidDefinition` for what is no regular expression.
    package init(_ pattern: String) throws(CrewError) {
        do {
            expression = try NSRegularExpression(
                pattern: pattern.precomposedStringWithCanonicalMapping, options: .caseInsensitive)
        } catch {
            throw CrewError(.invalidDefinition, "'\(pattern)' is not a regular expression")
        }
    }

    package func matches(_ text: String) -> Bool { groups(in: text) != nil }

    /// The matched text and its groups, empty where a group took no part; `nil` without a match, or
    /// when none was found in the time a search may take.
    package func groups(in text: String) -> [String]? {
        let text = text.precomposedStringWithCanonicalMapping
        var reports = 0
        var found: [String]?
        expression.enumerateMatches(
            in: text, options: .reportProgress, range: NSRange(text.startIndex..., in: text)
        ) { match, _, stop in
            if let match {
                found = (0..<match.numberOfRanges).map { number in
                    Range(match.range(at: number), in: text).map { String(text[$0]) } ?? ""
                }
                stop.pointee = true
            } else {
                reports += 1
                if reports > Self.patience { stop.pointee = true }
            }
        }
        return found
    }
}
