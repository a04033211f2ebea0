import CrewKit

/// Holds a YAML value against the key tables: unknown keys, missing keys, types, bounds.
struct KeyCheck {
    /// Longer waits than about thirty years are mistakes, and would overflow a `Duration`.
    static let longestSeconds = 1e9

    private let isStrict: Bool
    private(set) var problems: ProblemList

    init(isStrict: Bool, adding problems: ProblemList) {
        self.isStrict = isStrict
        self.problems = problems
    }

    mutating func check(_ node: YAMLNode, as table: KeyTable, at place: Place) {
        guard let map = node.map else {
            if node.isNull { return missingKeys(of: table, in: YAMLMap(), at: place) }
            return wrongType(node, table.name, "a block of keys", at: place)
        }
        for entry in map.entries { check(entry, in: table, at: place) }
        tellTwoWords(in: map, of: table, at: place)
        missingKeys(of: table, in: map, at: place)
    }

    private mutating func check(_ entry: YAMLMap.Entry, in table: KeyTable, at block: Place) {
        var place = block.entering(entry)
        if let key = table.key(entry.key) {
            tellEffect(of: key, in: table, written: entry, at: place)
            if !entry.value.isNull { check(entry.value, as: key.type, key, at: place) }
        } else if let others = table.others {
            let key = KeyTable.Key(entry.key, others.type, "")
            if !entry.value.isNull { check(entry.value, as: others.type, key, at: place) }
        } else {
            place.position = entry.keyPosition
            problems.add(
                .warning, "unknown_key", at: place,
                "'\(entry.key.prefix(80))' is not a key of \(table.name); it is ignored",
                suggestion: Self.suggestion(for: entry.key, in: table))
        }
    }

    /// The key that a shorter word begins, else the one that is closest.
    private static func suggestion(for word: String, in table: KeyTable) -> String? {
        let longer = word.count < 3 ? [] : table.words.filter { $0.hasPrefix(word) }
        if longer.count == 1, let only = longer.first { return "did you mean '\(only)'?" }
        return NearestWord.suggestion(for: word, among: table.words)
    }

    /// Tells that a key was given under two of its names.
    private mutating func tellTwoWords(in map: YAMLMap, of table: KeyTable, at place: Place) {
        for key in table.keys where !key.aliases.isEmpty {
            let given = ([key.name] + key.aliases).filter { map[$0]?.value.isNull == false }
            guard let first = given.first else { continue }
            for word in given.dropFirst() {
                guard let entry = map[word] else { continue }
                var place = place.entering(entry)
                place.position = entry.keyPosition
                problems.add(
                    .warning, "conflicting_keys", at: place,
                    "\(table.name): '\(word)' is another word for '\(first)', which counts",
                    suggestion: "remove one of them")
            }
        }
    }

    private mutating func tellEffect(
        of key: KeyTable.Key, in table: KeyTable, written entry: YAMLMap.Entry, at place: Place
    ) {
        var place = place
        place.position = entry.keyPosition
        let newer = key.olderWords.contains(entry.key) ? key.name : key.newer?.text
        if let newer {
            problems.add(
                .note, "older_key", at: place,
                "\(table.name): '\(entry.key)' is an older form of '\(newer)'",
                suggestion: "write '\(newer)'; crew check --fix does it")
        }
        switch key.effect {
        case .works: break
        case .never:
            problems.add(
                .note, "no_effect", at: place, "\(table.name): '\(entry.key)' has no effect")
        case .instead(let advice):
            problems.add(
                .warning, "unsupported_key", at: place,
                "\(table.name): '\(entry.key)' is not supported and is ignored", suggestion: advice)
        }
    }

    private mutating func missingKeys(of table: KeyTable, in map: YAMLMap, at place: Place) {
        for key in table.keys {
            let isNeeded =
                key.need == .always
                || (key.need == .strict && isStrict && key.effect == .works)
            let words = [key.name] + key.aliases
            let isThere = words.contains { map[$0].map { !Self.isEmpty($0.value) } ?? false }
            guard isNeeded, !isThere else { continue }
            if let given = words.lazy.compactMap({ map[$0] }).first(where: { !$0.value.isNull }) {
                problems.add(
                    .error, "missing_key", at: place.entering(given),
                    "'\(given.key)' of \(table.name) is empty",
                    suggestion: "give it a value — \(key.documentation)")
                continue
            }
            var place = map[key.name].map(place.entering) ?? place
            if map[key.name] == nil { place.path = place.path.appending(key.name) }
            problems.add(
                .error, "missing_key", at: place,
                key.need == .always
                    ? "\(table.name) must have the key '\(key.name)'"
                    : "\(table.name) must have the key '\(key.name)' under config_mode: strict",
                suggestion: "add '\(key.name):' — \(key.documentation)")
        }
    }

    private static func isEmpty(_ node: YAMLNode) -> Bool {
        node.isNull || node.scalar?.text.isEmpty == true || node.list?.isEmpty == true
    }
}

extension KeyCheck {
    private mutating func check(
        _ node: YAMLNode, as type: ValueType, _ key: KeyTable.Key, at place: Place
    ) {
        switch type {
        case .anything, .json: break
        case .text:
            if node.scalar == nil { wrongType(node, key.name, "text", at: place) }
        case .word(let words): check(node, isOneOf: words, key, at: place)
        case .flag:
            if node.scalar?.flag == nil { wrongType(node, key.name, "true or false", at: place) }
        case .integer(let range):
            guard let value = node.scalar?.integer else {
                return wrongType(node, key.name, "a whole number", at: place)
            }
            check(
                Double(value), key, in: range.map { Double($0.lowerBound)...Double($0.upperBound) },
                at: place)
        case .number(let range):
            guard let value = node.scalar?.number else {
                return wrongType(node, key.name, "a number", at: place)
            }
            check(value, key, in: range, at: place)
        case .seconds: checkSeconds(node, key, at: place)
        case .secondsOrNever: checkSecondsOrNever(node, key, at: place)
        case .list(let element): check(node, asListOf: element, key, at: place)
        case .block(let table): check(node, as: table, at: place)
        case .again(_, let table): check(node, as: table(), at: place)
        case .textOrBlock where node.list != nil, .wordOrBlock where node.list != nil:
            // A list on the key's line is pointed at, one below it by its key.
            var place = place
            if node.position.line == place.position.line { place.position = node.position }
            wrongType(node, key.name, type.words.replacing("`", with: ""), at: place)
        case .textOrBlock(let table):
            if node.scalar == nil { check(node, as: table, at: place) }
        case .wordOrBlock(_, let table) where node.scalar == nil:
            check(node, as: table, at: place)
        case .wordOrBlock(let words, let table):
            let isBlock = node.scalar.flatMap { table.key($0.text) } != nil
            check(
                node, isOneOf: words, key, at: place,
                advice: isBlock ? "write it as a block: {\(node.scalar?.text ?? ""): …}" : nil)
        }
    }

    private mutating func check(
        _ node: YAMLNode, isOneOf words: [String], _ key: KeyTable.Key, at place: Place,
        advice: String? = nil
    ) {
        guard let scalar = node.scalar else {
            return wrongType(node, key.name, "one word", at: place)
        }
        guard !words.contains(scalar.text) else { return }
        // The original reads any other mode as the permissive one.
        let isTolerated = key.effect != .works || key.name == "config_mode"
        problems.add(
            isTolerated ? .warning : .error, "unknown_value", at: place,
            "'\(scalar.text.prefix(80))' is not a value of \(key.name)",
            suggestion: advice
                ?? NearestWord.of(scalar.text, among: words).map { "did you mean '\($0)'?" }
                ?? "known: \(words.joined(separator: ", "))")
    }

    private mutating func check(
        _ value: Double, _ key: KeyTable.Key, in range: ClosedRange<Double>?, at place: Place
    ) {
        if value == 0, key.zeroMeansDefault {
            return checkZero(key, at: place)
        }
        guard let range, !range.contains(value) else { return }
        // Very large upper bounds are not told of in the words of the type.
        let wanted =
            value > range.upperBound
            ? "at most \(Self.short(range.upperBound))" : "a \(key.type.words)"
        outOfRange("\(key.name) must be \(wanted), got \(Self.short(value))", at: place)
    }

    private mutating func checkSeconds(_ node: YAMLNode, _ key: KeyTable.Key, at place: Place) {
        guard let value = node.scalar?.number else {
            return wrongType(node, key.name, "a number of seconds", at: place)
        }
        if value == 0, key.zeroMeansDefault, !isStrict { return checkZero(key, at: place) }
        guard value <= 0 || value > Self.longestSeconds else { return }
        outOfRange(
            "\(key.name) must be more than 0 and at most 1000000000 seconds, got \(Self.short(value))",
            at: place)
    }

    private mutating func checkSecondsOrNever(
        _ node: YAMLNode, _ key: KeyTable.Key, at place: Place
    ) {
        guard let value = node.scalar?.number else {
            return wrongType(node, key.name, "a number of seconds", at: place)
        }
        guard value < 0 || value > Self.longestSeconds else { return }
        outOfRange(
            "\(key.name) must be 0 (never) to 1000000000 seconds, got \(Self.short(value))",
            at: place)
    }

    private mutating func checkZero(_ key: KeyTable.Key, at place: Place) {
        if !isStrict {
            problems.add(
                .note, "zero_means_default", at: place,
                "\(key.name): 0 means the default, \(key.defaultText)")
        } else if key.need == .strict {
            outOfRange("\(key.name) must be more than 0", at: place)
        }
    }

    private mutating func check(
        _ node: YAMLNode, asListOf element: ValueType, _ key: KeyTable.Key, at place: Place
    ) {
        guard let list = node.list else {
            wrongType(node, key.name, "a list", at: place)
            return
        }
        for (index, node) in list.enumerated() {
            let place = place.entering(index, node)
            if node.isNull {
                problems.add(
                    .error, "empty_entry", at: place, "an entry of \(key.name) is empty",
                    suggestion: "remove it")
            } else {
                check(node, as: element, key, at: place)
            }
        }
    }

    private mutating func outOfRange(_ message: String, at place: Place) {
        problems.add(.error, "out_of_range", at: place, message)
    }

    private mutating func wrongType(
        _ node: YAMLNode, _ name: String, _ wanted: String, at place: Place
    ) {
        var suggestion: String?
        if let scalar = node.scalar {
            if wanted == "a list" {
                suggestion = "write it in brackets: [\(scalar.text.prefix(40))]"
            }
            let plain = YAMLScalar(text: scalar.text, isPlain: true)
            if !scalar.isPlain, plain.number != nil || plain.flag != nil {
                suggestion = "remove the quotes"
            }
        }
        problems.add(
            .error, "wrong_type", at: place, "\(name) must be \(wanted), not \(node.kind)",
            suggestion: suggestion)
    }

    private static func short(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
