import CrewKit

/// Takes typed values out of one block. What is absent, empty or of a wrong type is `nil`;
/// `KeyCheck` has already told about it.
struct BlockReader {
    let map: YAMLMap
    let table: KeyTable
    let place: Place
    let isStrict: Bool

    init(_ node: YAMLNode, _ table: KeyTable, at place: Place, isStrict: Bool) {
        self.map = node.map ?? YAMLMap()
        self.table = table
        self.place = place
        self.isStrict = isStrict
    }

    /// The entry of a key of the table, whatever it was called.
    func entry(_ name: String) -> YAMLMap.Entry? {
        guard let key = table.key(name) else {
            preconditionFailure("'\(name)' is not a key of \(table.name)")
        }
        for word in [key.name] + key.aliases {
            if let entry = map[word], !entry.value.isNull { return entry }
        }
        return nil
    }

    /// Where the key's value stands, or the block when it is absent.
    func place(of name: String) -> Place {
        if let entry = entry(name) { return place.entering(entry) }
        var place = place
        place.path = place.path.appending(name)
        return place
    }

    func text(_ name: String) -> String? { entry(name)?.value.scalar?.text }

    func flag(_ name: String) -> Bool? { entry(name)?.value.scalar?.flag }

    func integer(_ name: String) -> Int? {
        guard let value = entry(name)?.value.scalar?.integer, !asksForDefault(Double(value), name)
        else { return nil }
        guard case .integer(let range?) = table.key(name)?.type else { return value }
        return range.contains(value) ? value : nil
    }

    func number(_ name: String) -> Double? {
        guard let value = entry(name)?.value.scalar?.number, !asksForDefault(value, name)
        else { return nil }
        guard case .number(let range?) = table.key(name)?.type else { return value }
        return range.contains(value) ? value : nil
    }

    func seconds(_ name: String) -> Duration? {
        guard let value = entry(name)?.value.scalar?.number, !asksForDefault(value, name),
            value > 0, value <= KeyCheck.longestSeconds
        else { return nil }
        return .seconds(value)
    }

    /// Seconds, of which 0 means that the time is never over; absent when nothing is given.
    func secondsOrNever(_ name: String) -> Duration?? {
        guard let value = entry(name)?.value.scalar?.number,
            value >= 0, value <= KeyCheck.longestSeconds
        else { return nil }
        return .some(value == 0 ? nil : .seconds(value))
    }

    private func asksForDefault(_ value: Double, _ name: String) -> Bool {
        value == 0 && !isStrict && table.key(name)?.zeroMeansDefault == true
    }

    /// One of the words of an enumeration.
    func word<Word: RawRepresentable<String>>(_ name: String) -> Word? {
        text(name).flatMap(Word.init(rawValue:))
    }

    /// The texts of a list; an entry that is no text stays as an empty one, so that indexes hold.
    func texts(_ name: String) -> [String] {
        (entry(name)?.value.list ?? []).map { $0.isNull ? "" : $0.scalar?.text ?? "" }
    }

    /// The block under a key, when there is one.
    func block(_ name: String) -> BlockReader? {
        guard let entry = entry(name), entry.value.map != nil, let table = inner(of: name) else {
            return nil
        }
        return BlockReader(entry.value, table, at: place.entering(entry), isStrict: isStrict)
    }

    /// The blocks of a list; an entry that is no block stays as an empty one.
    func blocks(_ name: String) -> [BlockReader] {
        guard let entry = entry(name), let table = inner(of: name) else { return [] }
        return blocks(entry, table)
    }

    private func inner(of name: String) -> KeyTable? { table.key(name)?.type.table }

    private func blocks(_ entry: YAMLMap.Entry, _ table: KeyTable) -> [BlockReader] {
        let place = place.entering(entry)
        return (entry.value.list ?? []).enumerated().map { index, node in
            BlockReader(node, table, at: place.entering(index, node), isStrict: isStrict)
        }
    }
}

extension BlockReader {
    /// The entries whose keys are names of the author's own.
    var named: [YAMLMap.Entry] { map.entries.filter { table.key($0.key) == nil } }

    /// The blocks under such names.
    var namedBlocks: [(name: String, block: BlockReader)] {
        guard let table = table.others?.type.table else { return [] }
        return named.map { entry in
            let place = place.entering(entry)
            return (entry.key, BlockReader(entry.value, table, at: place, isStrict: isStrict))
        }
    }

    /// The lists of blocks under such names.
    var namedLists: [(name: String, blocks: [BlockReader])] {
        guard let table = table.others?.type.table else { return [] }
        return named.map { ($0.key, blocks($0, table)) }
    }
}

extension ValueType {
    /// The table of the blocks in it.
    var table: KeyTable? {
        switch self {
        case .block(let table), .textOrBlock(let table), .wordOrBlock(_, let table): table
        case .again(_, let table): table()
        case .list(let element): element.table
        default: nil
        }
    }
}
