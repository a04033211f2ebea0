/// One key and where it may stand.
struct KeyPlace: Sendable {
    let file: KeyTable.File
    /// From the file's top, such as `routing`, `signals`, `<agent id>`, `type`.
    let steps: [String]
    let key: KeyTable.Key

    var path: String { steps.joined(separator: ".") }

    /// Every place at which a key may stand. Blocks that hold themselves are entered once.
    static let all: [KeyPlace] = KeyTable.File.allCases.flatMap { file in
        places(in: file.table, of: file, below: [], entered: [])
    }

    private static func places(
        in table: KeyTable, of file: KeyTable.File, below steps: [String], entered: Set<String>
    ) -> [KeyPlace] {
        guard !entered.contains(table.name) else { return [] }
        let entered = entered.union([table.name])
        var found: [KeyPlace] = []
        for key in table.keys {
            found.append(KeyPlace(file: file, steps: steps + [key.name], key: key))
            guard let inner = key.type.table else { continue }
            found += places(in: inner, of: file, below: steps + [key.name], entered: entered)
        }
        if let others = table.others, let inner = others.type.table {
            let name = "<\(others.keyName)>"
            found += places(in: inner, of: file, below: steps + [name], entered: entered)
        }
        return found
    }

    /// Whether the words, of which the last is the key's own, lead here: some on the way may be
    /// missing, and names of the author's own may stand for themselves.
    func matches(_ words: [String]) -> Bool {
        guard let last = words.last, ([key.name] + key.aliases).contains(last) else { return false }
        var way = ([file.rawValue] + steps.dropLast())[...]
        for word in words.dropLast() {
            guard let index = way.firstIndex(where: { $0 == word || $0.hasPrefix("<") }) else {
                return false
            }
            way = way[(index + 1)...]
        }
        return true
    }
}
