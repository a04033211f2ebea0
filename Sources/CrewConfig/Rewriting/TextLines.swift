/// A text as its lines, each with its own ending, in which keys are renamed and moved.
struct TextLines {
    /// Absent for a line that went elsewhere.
    private var lines: [[Unicode.Scalar]?]
    /// Further lines in front of each.
    private var inserted: [Int: [[Unicode.Scalar]]] = [:]
    /// As it was read: places are those of this text.
    private let original: [[Unicode.Scalar]]
    /// Replacements by line: from, to, the new letters.
    private var edits: [Int: [(range: Range<Int>, new: [Unicode.Scalar])]] = [:]

    init(_ text: String) {
        var lines: [[Unicode.Scalar]] = []
        var line: [Unicode.Scalar] = []
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            line.append(scalar)
            if scalars.endsLine(at: index) {
                lines.append(line)
                line = []
            }
        }
        lines.append(line)
        original = lines
        self.lines = lines
    }

    /// The text with all changes.
    var text: String {
        var result = String.UnicodeScalarView()
        for index in original.indices {
            for line in inserted[index] ?? [] { result.append(contentsOf: line) }
            guard var line = lines[index] else { continue }
            for edit in (edits[index] ?? []).sorted(by: {
                $0.range.lowerBound > $1.range.lowerBound
            }) {
                line.replaceSubrange(edit.range, with: edit.new)
            }
            result.append(contentsOf: line)
        }
        return String(result)
    }

    /// Gives a key another name, and perhaps another value.
    ///
    /// - Returns: why it cannot.
    mutating func rename(_ entry: YAMLMap.Entry, to name: String, value: String?) -> String? {
        guard let key = letters(of: entry.key, at: entry.keyPosition) else {
            return "the key is not written plainly"
        }
        if let value {
            guard let scalar = entry.value.scalar, scalar.isPlain,
                let place = letters(of: scalar.text, at: entry.value.position),
                entry.value.position.line == entry.keyPosition.line
            else { return "the value is not written plainly beside it" }
            edit(entry.value.position, place, value)
        }
        edit(entry.keyPosition, key, name)
        return nil
    }

    private mutating func edit(_ position: SourcePosition, _ range: Range<Int>, _ new: String) {
        edits[position.line - 1, default: []].append((range, Array(new.unicodeScalars)))
    }

    /// Where the word stands in its line, quotes around it left aside.
    private func letters(of word: String, at position: SourcePosition) -> Range<Int>? {
        guard original.indices.contains(position.line - 1), !word.isEmpty else { return nil }
        let line = original[position.line - 1]
        var start = position.column - 1
        guard line.indices.contains(start) else { return nil }
        if line[start] == "\"" || line[start] == "'" { start += 1 }
        let letters = Array(word.unicodeScalars)
        let range = start..<start + letters.count
        guard range.upperBound <= line.count, line[range].elementsEqual(letters) else { return nil }
        return range
    }
}

extension TextLines {
    /// Why an entry cannot go elsewhere: it has to be a line of its own.
    func reasonNotToMove(_ entry: YAMLMap.Entry, in root: YAMLNode) -> String? {
        let index = entry.keyPosition.line - 1
        guard original.indices.contains(index),
            indentation(of: index) == entry.keyPosition.column - 1,
            root.map?.entries.first?.keyPosition.column == entry.keyPosition.column
        else { return "it does not begin its line" }
        let line = String(String.UnicodeScalarView(original[index]))
        // What the line alone says has to be what it says in its place.
        guard let alone = try? YAMLDocument.parse(line).root.map, alone.entries.count == 1,
            let same = alone.entries.first, same.key == entry.key,
            let scalar = same.value.scalar, let here = entry.value.scalar,
            scalar.text == here.text, scalar.isPlain == here.isPlain, scalar.tag == here.tag
        else { return "its value is not on the same line alone" }
        return letters(of: entry.key, at: entry.keyPosition) == nil
            ? "the key is not written plainly" : nil
    }

    /// Why nothing can be added to a block: its first key has to begin a line.
    func reasonNotToEnter(_ block: YAMLMap.Entry) -> String? {
        guard let first = block.value.map?.entries.first?.keyPosition,
            original.indices.contains(first.line - 1), first.line > block.keyPosition.line,
            indentation(of: first.line - 1) == first.column - 1
        else { return "'\(block.key)' is not written as a block of lines" }
        return nil
    }

    /// Moves lines into a block: in front of its first key, or where the first of them stood.
    mutating func move(
        _ entries: [(entry: YAMLMap.Entry, name: String)], into block: String,
        at target: YAMLMap.Entry?
    ) {
        let sorted = entries.sorted { $0.entry.keyPosition < $1.entry.keyPosition }
        guard let first = sorted.first else { return }
        let outer = indentation(of: first.entry.keyPosition.line - 1)
        let inner = target?.value.map?.entries.first?.keyPosition
        let place = (inner ?? first.entry.keyPosition).line - 1
        let indent = [Unicode.Scalar](
            repeating: " ", count: inner.map { $0.column - 1 } ?? outer + 2)
        var new: [[Unicode.Scalar]] = []
        if target == nil {
            let head = [Unicode.Scalar](repeating: " ", count: outer)
            new.append(head + Array("\(block):".unicodeScalars) + ending(of: place))
        }
        for (entry, name) in sorted {
            let index = entry.keyPosition.line - 1
            var line = original[index]
            if let range = letters(of: entry.key, at: entry.keyPosition) {
                line.replaceSubrange(range, with: Array(name.unicodeScalars))
            }
            line.removeFirst(indentation(of: index))
            // Only the last line may have no ending, and now others may come behind it.
            if ending(of: index).isEmpty { line += ending(of: 0).isEmpty ? ["\n"] : ending(of: 0) }
            new.append(indent + line)
            lines[index] = nil
        }
        inserted[place, default: []] += new
    }

    private func indentation(of index: Int) -> Int { original[index].prefix { $0 == " " }.count }

    /// How a line ends; nothing for the last one.
    private func ending(of index: Int) -> [Unicode.Scalar] {
        Array(original[index].reversed().prefix { $0 == "\n" || $0 == "\r" }.reversed())
    }
}
