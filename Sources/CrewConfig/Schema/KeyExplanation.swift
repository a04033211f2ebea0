public import CrewKit

/// Says what a key of a crew's files is, from the same description that reads them.
public enum KeyExplanation {
    /// The explanation of every key that the words may mean.
    ///
    /// - Parameter query: a key, or the way to one, such as `settings.max_rounds` or `join`.
    /// - Throws: `invalidInput` with the nearest keys when there is none.
    public static func text(of query: String) throws(CrewError) -> String {
        let words = words(of: query)
        let found = KeyPlace.all.filter { $0.matches(words) }
        guard !found.isEmpty else { throw unknown(query, words) }
        // One key may stand in several places, as those of a model do.
        var sections: [(text: String, places: [KeyPlace])] = []
        for place in found {
            let text = section(place.key)
            if let index = sections.firstIndex(where: { $0.text == text }) {
                sections[index].places.append(place)
            } else {
                sections.append((text, [place]))
            }
        }
        return sections.map { section in
            let titles = section.places.map { "\($0.path)  (\(name(of: $0.file)))" }
            let example = section.places.first.map(example) ?? ""
            return titles.joined(separator: "\n") + "\n" + section.text + example
        }.joined(separator: "\n")
    }

    /// Every block of every kind of file, and what it is for.
    public static var tables: String {
        KeyTable.File.allCases.map { file in
            let inner = file.table.withInner()
            let width = inner.map(\.name.count).max() ?? 0
            return inner.map { table in
                let name = table.name == file.table.name ? self.name(of: file) : "  " + table.name
                let padding = String(repeating: " ", count: max(2, width + 4 - name.count))
                return name + padding + table.summary.replacing("`", with: "") + "\n"
            }.joined()
        }.joined(separator: "\n")
    }

    private static func name(of file: KeyTable.File) -> String { file.table.name }

    private static func words(of query: String) -> [String] {
        query.split(separator: ".").map { word in
            String(word.prefix { $0 != "[" && !$0.isWhitespace })
        }.filter { !$0.isEmpty && $0 != "yaml" && $0 != "agents/*" }
    }

    private static func unknown(_ query: String, _ words: [String]) -> CrewError {
        let known = Set(KeyPlace.all.flatMap { [$0.key.name] + $0.key.aliases })
        let word = words.last ?? query
        let near = known.filter { $0.contains(word) && word.count > 2 }.sorted()
        let nearest =
            word.count > 3 ? NearestWord.of(word, among: known).map { [$0] } ?? [] : []
        let advice = (nearest + near.filter { !nearest.contains($0) }).prefix(5)
        let text =
            advice.isEmpty
            ? "crew explain without a key lists all blocks"
            : "did you mean \(advice.joined(separator: ", "))?"
        return CrewError(
            .invalidInput, "there is no key '\(query.prefix(80))' in a crew's files (\(text))")
    }

    private static func section(_ key: KeyTable.Key) -> String {
        var lines = [key.documentation.replacing("`", with: ""), ""]
        lines.append("type:     \(key.type.words.replacing("`", with: ""))")
        if key.need == .always {
            lines.append("default:  none; it must be given")
        } else {
            let text = key.defaultText.isEmpty ? "none" : key.defaultText.replacing("`", with: "")
            lines.append("default:  \(text)")
        }
        if key.need == .strict { lines.append("strict:   must be given under config_mode: strict") }
        if key.zeroMeansDefault {
            lines.append("zero:     asks for the default; taken as it is in strict mode")
        }
        let others = key.aliases.filter { !key.olderWords.contains($0) }
        if !others.isEmpty { lines.append("also:     \(others.joined(separator: ", "))") }
        if !key.olderWords.isEmpty {
            lines.append(
                "older:    \(key.olderWords.joined(separator: ", ")); check --fix rewrites")
        }
        if let newer = key.newer { lines.append("instead:  write \(newer.text)") }
        switch key.effect {
        case .works: break
        case .never: lines.append("effect:   none, as in the original")
        case .instead(let advice): lines.append("effect:   none; \(advice)")
        }
        if key.readsEnvironment { lines.append("variables: ${NAME} is replaced") }
        if let table = key.type.table {
            let names = table.keys.map(\.name) + (table.others.map { ["<\($0.keyName)>"] } ?? [])
            lines.append("keys:     \(names.joined(separator: ", "))")
        }
        return lines.map { $0.isEmpty ? "\n" : "  \($0)\n" }.joined()
    }

    /// The key with a value that may stand there, below the blocks that lead to it.
    private static func example(_ place: KeyPlace) -> String {
        guard case .works = place.key.effect, place.key.newer == nil else { return "" }
        guard
            let line = place.key.example
                ?? place.key.sample.map({ "\(place.key.name): \($0)" })
        else { return "" }
        var text = "\n  example:\n"
        var indent = "    "
        for step in place.steps.dropLast() {
            let name = step.filter { $0.isLetter || $0 == " " }.replacing(" ", with: "-")
            let own = step.hasPrefix("<") ? "my-" + name : step
            text += "\(indent)\(own):\n"
            indent += "  "
        }
        return text + "\(indent)\(line)\n"
    }
}

extension KeyTable.Key {
    /// Its default where that is a number, else a value that says something.
    fileprivate var sample: String? {
        let isNumber = YAMLScalar(text: defaultText, isPlain: true).number != nil
        return isNumber ? defaultText : type.sample
    }
}

extension ValueType {
    /// A value that may stand there, where one says something.
    fileprivate var sample: String? {
        switch self {
        case .word(let words), .wordOrBlock(let words, _): words.last
        case .flag: "true"
        case .integer(let range):
            "\(min(max(range?.lowerBound ?? 1, 10), range?.upperBound ?? 10))"
        case .number(let range):
            "\(min(max(range?.lowerBound ?? 0, 0.5), range?.upperBound ?? 0.5))"
        case .seconds, .secondsOrNever: "30"
        case .text, .textOrBlock, .list, .block, .again, .json, .anything: nil
        }
    }
}
