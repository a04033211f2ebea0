import CrewKit

/// A text as it was written, with places for parameters.
struct TextTemplate: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case text(String)
        case parameter(String)
    }

    let parts: [Part]

    /// - Throws: A sentence when a place is opened and never closed, or has no name. It repeats
    ///   nothing of the text, which may hold secrets by now, but names `place`: where it is written.
    init(_ text: String, in place: String) throws(CrewError) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let opening = rest.firstRange(of: "{{") {
            let after = rest[opening.upperBound...]
            guard let closing = after.firstRange(of: "}}") else {
                throw CrewError(
                    .invalidDefinition,
                    "\(place) opens '{{' and never closes it; write '}}' behind the name")
            }
            let name = after[..<closing.lowerBound].filter { $0 != " " }
            guard !name.isEmpty else {
                throw CrewError(
                    .invalidDefinition,
                    "\(place) has '{{}}' without a name; write a parameter's name in it")
            }
            if opening.lowerBound > rest.startIndex {
                parts.append(.text(String(rest[..<opening.lowerBound])))
            }
            parts.append(.parameter(name))
            rest = after[closing.upperBound...]
        }
        if !rest.isEmpty || parts.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    var parameters: [String] {
        parts.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// The parameter that the whole text is a place for.
    var onlyParameter: String? {
        if parts.count == 1, case .parameter(let name) = parts[0] { name } else { nil }
    }

    /// The text with its values; absent when a parameter in it was not given.
    ///
    /// - Parameter change: what is done to each value on its way into the text.
    func filled(
        _ arguments: JSONObject,
        change: (String, _ name: String) throws(ToolFailure) -> String = { text, _ in text }
    ) throws(ToolFailure) -> String? {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .parameter(let name):
                guard let value = arguments[name], !value.isNull else { return nil }
                result += try change(Self.text(of: value), name)
            }
        }
        return result
    }

    private static func text(of value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .number(let number): Int(exactly: number).map(String.init) ?? value.text
        default: value.text
        }
    }
}
