import CrewKit

/// Where an answer is in a JSON document: names and indices such as `data.items[0].name`.
struct AnswerPath: Sendable, Hashable {
    private enum Step: Sendable, Hashable {
        case name(String)
        case index(Int)
    }

    private let text: String
    private let steps: [Step]

    /// - Throws: A sentence when the path cannot be read.
    init(_ text: String) throws(CrewError) {
        var steps: [Step] = []
        for (position, piece) in text.split(separator: ".", omittingEmptySubsequences: false)
            .enumerated()
        {
            let name = piece.prefix { $0 != "[" }
            let indices = piece.dropFirst(name.count)
            guard !name.isEmpty || (position == 0 && !indices.isEmpty) else {
                throw Self.unreadable(text)
            }
            if !name.isEmpty { steps.append(.name(String(name))) }
            guard indices.isEmpty || indices.last == "]" else { throw Self.unreadable(text) }
            for index in indices.dropLast().split(
                separator: "]", omittingEmptySubsequences: false) where !indices.isEmpty
            {
                guard index.first == "[", let number = Int(index.dropFirst()), number >= 0 else {
                    throw Self.unreadable(text)
                }
                steps.append(.index(number))
            }
        }
        self.text = text
        self.steps = steps
    }

    private static func unreadable(_ text: String) -> CrewError {
        CrewError(
            .invalidDefinition,
            "answer '\(text)' cannot be read; write names and indices such as data.items[0].name")
    }

    /// What is there, as text: a text as it is, everything else as JSON.
    ///
    /// - Throws: `parse` when there is nothing.
    func text(in document: JSONValue) throws(ToolFailure) -> String {
        var value = document
        for step in steps {
            let found: JSONValue? =
                switch step {
                case .name(let name): value[name]
                case .index(let index): value.array?.dropFirst(index).first
                }
            guard let found else {
                throw ToolFailure(.parse, "the answer has nothing at '\(text)'")
            }
            value = found
        }
        return value.string ?? value.text
    }
}
