import CrewKit

/// The members of a request's body, or the parameters of its URL, of which none may be unknown.
///
/// A misspelt name that was skipped would do something else than what was asked.
struct StrictMembers {
    private var values = JSONObject()
    /// Texts stand for everything in a URL.
    private let isQuery: Bool

    /// - Throws: `invalidInput` for a name that is not among `names`, with the one that may be meant.
    init(_ object: JSONObject, names: [String]) throws(CrewError) {
        isQuery = false
        try Self.check(object.keys, among: names, "member")
        values = object
    }

    /// - Throws: as above. A parameter without a value counts as absent, as forms send it.
    init(_ query: QueryString, names: [String] = []) throws(CrewError) {
        isQuery = true
        try Self.check(query.names, among: names, "parameter")
        for name in names {
            let value = try query.value(of: name) ?? ""
            if !value.isEmpty { values[name] = .string(value) }
        }
    }

    /// A text; absent and `null` are the same.
    func text(_ name: String) throws(CrewError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw mistyped(name, "a string", value) }
        return text
    }

    /// A whole number within bounds.
    func number(_ name: String, in range: ClosedRange<Int>) throws(CrewError) -> Int? {
        guard let value = value(name) else { return nil }
        let written = isQuery ? value.string.flatMap { Int($0) } : value.integer
        guard let number = written, range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "of at least \(range.lowerBound)"
                : "from \(range.lowerBound) to \(range.upperBound)"
            throw CrewError(.invalidInput, "\(name) must be a whole number \(bounds)")
        }
        return number
    }

    /// One of a few words.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type = Choice.self
    ) throws(CrewError) -> Choice? where Choice.RawValue == String {
        guard let text = try text(name) else { return nil }
        return try Self.choice(text, of: name)
    }

    static func choice<Choice: RawRepresentable & CaseIterable>(
        _ text: String, of name: String
    ) throws(CrewError) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw CrewError(.invalidInput, "\(name) must be one of \(words)")
        }
        return choice
    }

    /// An id of a conversation or the like.
    func id(_ name: String) throws(CrewError) -> String? {
        guard let text = try text(name) else { return nil }
        guard WrittenID.isWellFormed(text) else {
            throw CrewError(.invalidInput, "\(name) must be \(WrittenID.form)")
        }
        return text
    }

    /// Any value that is there.
    func value(_ name: String) -> JSONValue? {
        guard let value = values[name], !value.isNull else { return nil }
        return value
    }

    private func mistyped(_ name: String, _ type: String, _ value: JSONValue) -> CrewError {
        CrewError(.invalidInput, "\(name) must be \(type), and is of type \(value.typeName)")
    }

    private static func check(
        _ written: [String], among names: [String], _ kind: String
    ) throws(CrewError) {
        guard let unknown = written.first(where: { !names.contains($0) }) else { return }
        let hint = NearestWord.suggestion(for: unknown, among: names)
        throw CrewError(
            .invalidInput,
            "unknown \(kind) '\(unknown.prefix(100))'" + (hint.map { "; \($0)" } ?? ""))
    }
}

/// The form of the ids that clients write.
enum WrittenID {
    /// The form, for a sentence.
    static let form = "1-128 letters, digits or any of _ - . : in ASCII"

    static func isWellFormed(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", ":": true
                default: false
                }
            }
    }
}
