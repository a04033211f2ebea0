public import FoundationEssentials

/// What an argument is turned into, and what it must fulfil.
///
///     ArgumentKind.text.with(.trim, .lower).checked(.format(.email))
///     ArgumentKind.integer.checked(.between(1...10))
public struct ArgumentKind<Value: Sendable>: Sendable {
    /// Stands in for a value that does not fit, until the reader tells of it.
    let standIn: Value
    let convert: @Sendable (JSONValue) -> Reading

    enum Reading {
        case value(Value)
        /// In words that follow the parameter's name.
        case problem(String)
    }

    init(standIn: Value, _ convert: @escaping @Sendable (JSONValue) -> Reading) {
        self.standIn = standIn
        self.convert = convert
    }

    /// Changes a text before it is converted.
    public func with(_ transforms: TextTransform...) -> Self {
        Self(standIn: standIn) { convert($0.transformed(transforms)) }
    }

    /// Holds the value against tests; the first that fails is told.
    public func checked(_ tests: ArgumentTest<Value>...) -> Self {
        Self(standIn: standIn) { given in
            guard case .value(let value) = convert(given) else { return convert(given) }
            return tests.lazy.compactMap { $0.problem(value) }.first.map(Reading.problem)
                ?? .value(value)
        }
    }

    /// A value of one of JSON Schema's types, converted where it can only mean one thing.
    fileprivate static func type(
        _ name: String, standIn: Value, _ take: @escaping @Sendable (JSONValue) -> Value?
    ) -> Self {
        Self(standIn: standIn) { given in
            if let value = SchemaType.convert(given, to: [name]).flatMap(take) {
                return .value(value)
            }
            return .problem("must be \(name), not \(ArgumentWording.kind(of: given))")
        }
    }

    /// A text that means a value.
    fileprivate static func written(
        _ words: String, standIn: Value, _ take: @escaping @Sendable (String) -> Value?
    ) -> Self {
        Self(standIn: standIn) { given in
            given.string.map(\.trimmingBlanks).flatMap(take).map(Reading.value)
                ?? .problem("must be \(words)")
        }
    }
}

extension ArgumentKind where Value == String {
    public static var text: Self { type("string", standIn: "") { $0.string } }
}

extension ArgumentKind where Value == Int {
    public static var integer: Self { type("integer", standIn: 0) { $0.integer } }
}

extension ArgumentKind where Value == Double {
    public static var number: Self { type("number", standIn: 0) { $0.double } }
}

extension ArgumentKind where Value == Bool {
    public static var flag: Self { type("boolean", standIn: false) { $0.bool } }
}

extension ArgumentKind where Value == JSONObject {
    public static var object: Self { type("object", standIn: [:]) { $0.object } }
}

extension ArgumentKind where Value == JSONValue {
    /// Any value, as it was given.
    public static var any: Self { Self(standIn: .null) { .value($0) } }
}

extension ArgumentKind where Value == UUID {
    public static var uuid: Self {
        written(TextFormat.uuid.words, standIn: UUID(uuid: zeros)) { UUID(uuidString: $0) }
    }

    private static var zeros: uuid_t { (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
}

extension ArgumentKind where Value == URL {
    /// An absolute HTTP address.
    public static var url: Self {
        written(TextFormat.url.words, standIn: URL(filePath: "/")) {
            TextFormat.url.accepts($0) ? URL(string: $0) : nil
        }
    }
}

extension ArgumentKind where Value == Date {
    /// A time of RFC 3339, with an offset.
    public static var time: Self {
        written(TextFormat.dateTime.words, standIn: Date(timeIntervalSince1970: 0)) {
            CalendarForms.instant(Array($0.utf8))
        }
    }

    /// A day of the calendar; its beginning in UTC.
    public static var day: Self {
        written(TextFormat.date.words, standIn: Date(timeIntervalSince1970: 0)) {
            CalendarForms.date(Array($0.utf8)[...]).map {
                Date(timeIntervalSince1970: Double($0) * 86_400)
            }
        }
    }
}

extension ArgumentKind where Value: CaseIterable & RawRepresentable<String> {
    /// One of an enumeration's words, in any case of letters. The enumeration has at least one case.
    public static var choice: Self {
        let cases = Array(Value.allCases)
        precondition(!cases.isEmpty, "an argument cannot be one of no words")
        let words = cases.map(\.rawValue)
        return Self(standIn: cases[0]) { given in
            let word = given.string?.trimmingBlanks.lowercased()
            if let value = cases.first(where: { $0.rawValue.lowercased() == word }) {
                return .value(value)
            }
            let meant = word.flatMap { NearestWord.of($0, among: words) }
            return .problem(
                "must be one of \(words.joined(separator: ", "))"
                    + (meant.map { "; did you mean '\($0)'?" } ?? ""))
        }
    }
}

extension ArgumentKind {
    /// A list; text is taken apart at its commas, or read as a JSON array.
    public static func list<Element: Sendable>(
        of kind: ArgumentKind<Element>
    ) -> Self where Value == [Element] {
        Self(standIn: []) { given in
            guard let elements = SchemaType.convert(given, to: ["array"])?.array else {
                return .problem("must be array, not \(ArgumentWording.kind(of: given))")
            }
            var values: [Element] = []
            for (index, element) in elements.enumerated() {
                switch kind.convert(element) {
                case .value(let value): values.append(value)
                case .problem(let text): return .problem("element \(index + 1) \(text)")
                }
            }
            return .value(values)
        }
    }
}
