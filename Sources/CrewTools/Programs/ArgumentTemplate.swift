import CrewKit

/// One argument of a command as it was written, with places for parameters.
struct ArgumentTemplate: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case text(String)
        case parameter(String)
    }

    private let parts: [Part]
    /// Whether the argument itself begins like an option, so that a value cannot make it one.
    private let startsWithDash: Bool

    /// - Throws: A sentence when a place is opened and never closed, or has no name.
    init(_ text: String) throws(CrewError) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let opening = rest.firstRange(of: "{{") {
            let after = rest[opening.upperBound...]
            guard let closing = after.firstRange(of: "}}") else {
                throw CrewError(.invalidDefinition, "'\(text)' opens '{{' and never closes it")
            }
            let name = after[..<closing.lowerBound].filter { $0 != " " }
            guard !name.isEmpty else {
                throw CrewError(.invalidDefinition, "'\(text)' has '{{}}' without a name")
            }
            if opening.lowerBound > rest.startIndex {
                parts.append(.text(String(rest[..<opening.lowerBound])))
            }
            parts.append(.parameter(name))
            rest = after[closing.upperBound...]
        }
        if !rest.isEmpty || parts.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
        startsWithDash = text.hasPrefix("-")
    }

    var parameters: [String] {
        parts.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// The argument with its values; absent when an optional parameter in it was not given.
    ///
    /// - Parameter optionsHaveEnded: whether a `--` came before it.
    /// - Throws: `parameter` when a value would turn the argument into an option.
    func filled(_ arguments: JSONObject, optionsHaveEnded: Bool) throws(ToolFailure) -> String? {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .parameter(let name):
                guard let value = arguments[name], !value.isNull else { return nil }
                result += try Self.text(of: value, for: name)
            }
        }
        if result.hasPrefix("-"), !startsWithDash, !optionsHaveEnded {
            throw ToolFailure(
                .parameter,
                "parameter '\(parameters.first ?? "")': must not begin with '-', "
                    + "as the program would take it for an option", isWithoutEffect: true)
        }
        return result
    }

    private static func text(of value: JSONValue, for name: String) throws(ToolFailure) -> String {
        let text =
            switch value {
            case .string(let text): text
            case .number(let number): Int(exactly: number).map(String.init) ?? value.text
            default: value.text
            }
        guard !text.utf8.contains(0) else {
            throw ToolFailure(
                .parameter, "parameter '\(name)': must not hold a zero byte",
                isWithoutEffect: true)
        }
        return text
    }
}
