import CrewKit

/// One argument of a command as it was written, with places for parameters.
struct ArgumentTemplate: Sendable, Hashable {
    private let template: TextTemplate
    /// Whether the argument itself begins like an option, so that a value cannot make it one.
    private let startsWithDash: Bool

    /// - Throws: A sentence when a place is opened and never closed, or has no name.
    init(_ text: String) throws(CrewError) {
        template = try TextTemplate(text)
        startsWithDash = text.hasPrefix("-")
    }

    var parameters: [String] { template.parameters }

    /// The argument with its values; absent when an optional parameter in it was not given.
    ///
    /// - Parameter optionsHaveEnded: whether a `--` came before it.
    /// - Throws: `parameter` when a value would turn the argument into an option.
    func filled(
        _ arguments: JSONObject, optionsHaveEnded: Bool
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
        if text.hasPrefix("-"), !startsWithDash, !optionsHaveEnded {
            throw ToolFailure(
                .parameter,
                "parameter '\(parameters.first ?? "")': must not begin with '-', "
                    + "as the program would take it for an option", isWithoutEffect: true)
        }
        return text
    }
}
