/// What an argument must fulfil, with the words for a model that got it wrong.
///
/// Several are put together with `and`; the first that fails is told.
public struct ArgumentTest<Value>: Sendable {
    /// Why the value does not fit, in words that follow the parameter's name; absent when it fits.
    let problem: @Sendable (Value) -> String?

    /// - Parameter words: what the value has to be, behind "must be", such as "an even number".
    public init(_ words: String, _ accepts: @escaping @Sendable (Value) -> Bool) {
        problem = { accepts($0) ? nil : "must be \(words)" }
    }

    private init(problem: @escaping @Sendable (Value) -> String?) { self.problem = problem }

    public func and(_ other: ArgumentTest) -> ArgumentTest {
        ArgumentTest { self.problem($0) ?? other.problem($0) }
    }
}

extension ArgumentTest where Value == String {
    /// Anything but white space alone.
    public static var notEmpty: Self {
        Self("text that is not empty") { !$0.allSatisfy(\.isWhitespace) }
    }

    /// So many characters, as people count them.
    public static func length(_ range: ClosedRange<Int>) -> Self {
        Self("text of \(range.lowerBound) to \(range.upperBound) characters") {
            range.contains($0.count)
        }
    }

    public static func format(_ format: TextFormat) -> Self {
        Self(format.words) { format.accepts($0) }
    }

    /// A regular expression that the whole text matches.
    ///
    /// - Parameter words: what such a text is, such as "a ticket number".
    /// - Throws: `invalid_definition` when the pattern is no regular expression.
    public static func matching(_ pattern: String, _ words: String) throws(CrewError) -> Self {
        guard (try? Regex(pattern)) != nil else {  // the reason is in words that help nobody
            throw CrewError(.invalidDefinition, "'\(pattern)' is not a regular expression")
        }
        return Self(words) { text in
            // It could be read above; `Regex` itself cannot be kept here, as it is not Sendable.
            guard text.utf8.count <= 8_192, let regex = try? Regex(pattern) else { return false }
            return text.wholeMatch(of: regex.matchingSemantics(.unicodeScalar)) != nil
        }
    }
}

extension ArgumentTest where Value: Comparable & Sendable {
    public static func between(_ range: ClosedRange<Value>) -> Self {
        Self("from \(range.lowerBound) to \(range.upperBound)") { range.contains($0) }
    }

    public static func atLeast(_ bound: Value) -> Self {
        Self("at least \(bound)") { $0 >= bound }
    }

    public static func atMost(_ bound: Value) -> Self {
        Self("at most \(bound)") { $0 <= bound }
    }
}

extension ArgumentTest where Value: Equatable & Sendable {
    public static func oneOf(_ values: [Value]) -> Self {
        let list = values.map { "\($0)" }.joined(separator: ", ")
        return Self("one of \(list)") { values.contains($0) }
    }
}

extension ArgumentTest {
    /// So many elements.
    public static func count<Element>(_ range: ClosedRange<Int>) -> Self where Value == [Element] {
        Self("a list of \(range.lowerBound) to \(range.upperBound) elements") {
            range.contains($0.count)
        }
    }
}
