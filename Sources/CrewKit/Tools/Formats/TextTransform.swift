/// A change to a text argument before it is checked; several follow one another.
///
/// In a schema they stand under `x-transform`, a list of words and of blocks with one key:
///
///     x-transform: [trim, lower, {without_prefix: "https://"}]
@nonexhaustive
public enum TextTransform: Sendable, Hashable {
    /// Without white space at the ends.
    case trim
    case lower
    case upper
    /// Each run of white space becomes one blank.
    case singleSpaces
    /// Without one pair of quotation marks around the whole.
    case unquote
    /// Letters and digits of all scripts, and `_`, stay.
    case lettersAndDigits
    /// Lower-case words of ASCII with hyphens between; Vietnamese letters lose their marks.
    case slug
    /// Puts a text before it, unless it stands there.
    case prefix(String)
    /// Puts a text behind it, unless it stands there.
    case suffix(String)
    case withoutPrefix(String)
    case withoutSuffix(String)
    /// Replaces each occurrence of a text.
    case replace(String, with: String)

    public func apply(_ text: String) -> String {
        switch self {
        case .trim: Self.trimmed(text)
        case .lower: text.lowercased()
        case .upper: text.uppercased()
        case .singleSpaces: text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        case .unquote: Self.unquoted(text)
        case .lettersAndDigits:
            String(text.filter { $0.isLetter || $0.isNumber || $0 == "_" })
        case .slug: Self.slug(text)
        case .prefix(let start): text.hasPrefix(start) ? text : start + text
        case .suffix(let end): text.hasSuffix(end) ? text : text + end
        case .withoutPrefix(let start):
            text.hasPrefix(start) ? String(text.dropFirst(start.count)) : text
        case .withoutSuffix(let end): text.hasSuffix(end) ? String(text.dropLast(end.count)) : text
        case .replace(let old, let new): old.isEmpty ? text : text.replacing(old, with: new)
        }
    }

    private static func unquoted(_ text: String) -> String {
        let pairs: [Character: Character] = [
            "\"": "\"", "'": "'", "“": "”", "‘": "’", "«": "»", "`": "`",
        ]
        guard text.count >= 2, let first = text.first, let end = pairs[first], text.last == end
        else { return text }
        return String(text.dropFirst().dropLast())
    }

    private static func slug(_ text: String) -> String {
        var words: [UInt8] = []
        for byte in SignalSpelling(text).withoutDiacritics.utf8 {
            if byte.isLetter || byte.isDigit {
                words.append(byte)
            } else if let last = words.last, last != UInt8(ascii: "-") {
                words.append(UInt8(ascii: "-"))
            }
        }
        if words.last == UInt8(ascii: "-") { words.removeLast() }
        return String(decoding: words, as: UTF8.self)
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}

extension TextTransform {
    /// The keyword of a schema under which transforms stand; a model is not sent it.
    static let keyword = "x-transform"

    static let words = [
        "trim", "lower", "upper", "single_spaces", "unquote", "letters_and_digits", "slug",
    ]
    static let blocks = ["prefix", "suffix", "without_prefix", "without_suffix", "replace"]

    /// The transforms of a schema, in their order; what is none has no effect.
    static func all(in schema: JSONValue) -> [TextTransform] {
        guard let written = schema[keyword] else { return [] }
        return (written.array ?? [written]).compactMap(Self.init(written:))
    }

    /// A word, or a block of one key: `{prefix: x}`, `{replace: {old: new}}`.
    init?(written: JSONValue) {
        if let word = written.string {
            self.init(word: word)
            return
        }
        guard let block = written.object, block.count == 1,
            let (key, value) = block.first(where: { _ in true })
        else { return nil }
        if key == "replace" {
            guard let pair = value.object, pair.count == 1,
                let (old, new) = pair.first(where: { _ in true }), let new = new.string
            else { return nil }
            self = .replace(old, with: new)
            return
        }
        guard let text = SchemaType.text(value) else { return nil }
        switch key {
        case "prefix": self = .prefix(text)
        case "suffix": self = .suffix(text)
        case "without_prefix": self = .withoutPrefix(text)
        case "without_suffix": self = .withoutSuffix(text)
        default: return nil
        }
    }

    private init?(word: String) {
        switch word {
        case "trim": self = .trim
        case "lower": self = .lower
        case "upper": self = .upper
        case "single_spaces": self = .singleSpaces
        case "unquote": self = .unquote
        case "letters_and_digits": self = .lettersAndDigits
        case "slug": self = .slug
        default: return nil
        }
    }
}

extension ToolDefinition {
    /// The definition as a model is sent it: without what only concerns us.
    var asOffered: ToolDefinition {
        guard Self.hasTransform(parameters) else { return self }
        var offered = self
        offered.parameters = Self.withoutTransforms(parameters)
        return offered
    }

    private static func hasTransform(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members):
            members.contains { $0.key == TextTransform.keyword || hasTransform($0.value) }
        case .array(let elements): elements.contains(where: hasTransform)
        default: false
        }
    }

    private static func withoutTransforms(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                JSONObject(
                    members.filter { $0.key != TextTransform.keyword }
                        .map { ($0.key, withoutTransforms($0.value)) }))
        case .array(let elements): .array(elements.map(withoutTransforms))
        default: value
        }
    }
}
