/// A place in a file; lines and columns count from 1, columns in Unicode scalars.
struct SourcePosition: Sendable, Hashable, Comparable {
    var line: Int
    var column: Int

    static let start = SourcePosition(line: 1, column: 1)

    static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A YAML value that knows where it stands; aliases and merge keys are resolved.
struct YAMLNode: Sendable {
    var content: Content
    var position: SourcePosition

    enum Content: Sendable {
        case scalar(YAMLScalar)
        case list([YAMLNode])
        case map(YAMLMap)
    }

    /// Whether nothing was written: no text at all, `~` or `null`.
    var isNull: Bool {
        if case .scalar(let scalar) = content { return scalar.isNull }
        return false
    }

    /// What kind of value this is, for people.
    var kind: String {
        switch content {
        case .scalar(let scalar): scalar.kind
        case .list: "a list"
        case .map: "a block of keys"
        }
    }

    var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { return scalar }
        return nil
    }

    var list: [YAMLNode]? {
        if case .list(let elements) = content { return elements }
        return nil
    }

    var map: YAMLMap? {
        if case .map(let map) = content { return map }
        return nil
    }
}

/// The entries of a YAML mapping in the order in which they were written; each key is there once.
struct YAMLMap: Sendable {
    struct Entry: Sendable {
        var key: String
        var keyPosition: SourcePosition
        var value: YAMLNode

        /// Where to point for the value: a block begins below its key, where nobody looks.
        var place: SourcePosition {
            guard let scalar = value.scalar, !(scalar.isPlain && scalar.text.isEmpty) else {
                return keyPosition
            }
            return value.position
        }
    }

    private(set) var entries: [Entry] = []
    private var indexes: [String: Int] = [:]

    subscript(key: String) -> Entry? { indexes[key].map { entries[$0] } }

    /// Adds the entry; one of the same key is replaced where it stands and returned.
    @discardableResult
    mutating func set(_ entry: Entry) -> Entry? {
        guard let index = indexes[entry.key] else {
            indexes[entry.key] = entries.count
            entries.append(entry)
            return nil
        }
        let earlier = entries[index]
        entries[index] = entry
        return earlier
    }
}
