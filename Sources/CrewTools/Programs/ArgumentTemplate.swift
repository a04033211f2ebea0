import CrewKit

/// One argument of a command as it was written, with places for parameters.
struct ArgumentTemplate: Sendable, Hashable {
    private let template: TextTemplate
    /// Whether the argument itself begins like an option, so that a value cannot make it one.
    private let startsWithDash: Bool

    /// - Throws: A sentence when a place is opened and never closed, or has no name.
    ///
    /// - Parameter place: where it is written, for the sentence.
    init(_ text: String, in place: String) throws(CrewError) {
        template = try TextTemplate(text, in: place)
        startsWithDash = text.hasPrefix("-")
    }

    var parameters: [String] { template.parameters }

    /// The argument with its values; absent when an optional parameter in it was not given.
    ///
    /// - Parameters:
    ///   - numbers: parameters that are numbers. One alone may begin with `-`.
    ///   - optionsHaveEnded: whether a `--` came before it.
    /// - Throws: `parameter` when a value would turn the argument into an option.
    func filled(
        _ arguments: JSONObject, numbers: Set<String>, optionsHaveEnded: Bool
    ) throws(ToolFailure) -> String? {
        let text = try template.filled(arguments) { value, name throws(ToolFailure) in
            guard !value.utf8.contains(0) else {
                throw ToolFailure(
                    .parameter, "parameter '\(name)': must not hold a zero byte",
                    isWithoutEffect: true)
            }
            return value
        }
        guard let text else { return nil }
        if text.hasPrefix("-"), !startsWithDash, !optionsHaveEnded,
            !isNumber(arguments, numbers)
        {
            throw ToolFailure(
                .parameter,
                "parameter '\(parameters.first ?? "")': must not begin with '-', "
                    + "as the program would take it for an option", isWithoutEffect: true)
        }
        return text
    }

    private func isNumber(_ arguments: JSONObject, _ numbers: Set<String>) -> Bool {
        guard let name = template.onlyParameter, numbers.contains(name) else { return false }
        return arguments[name]?.double != nil
    }
}
