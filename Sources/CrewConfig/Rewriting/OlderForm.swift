/// An older form in a file, and what says the same today.
struct OlderForm {
    var entry: YAMLMap.Entry
    var change: Change

    enum Change: Hashable {
        /// The key gets another name, and perhaps another value.
        case rename(String, value: String?)
        /// The key goes into a block beside it, under that name.
        case move(block: String, String)
        /// It stays, for this reason.
        case keep(String)
    }

    /// What is told of it.
    var text: String {
        switch change {
        case .rename(let name, nil): "'\(entry.key)' is '\(name)' now"
        case .rename(let name, let value?):
            "'\(entry.key): \(entry.value.scalar?.text ?? "")' is '\(name): \(value)' now"
        case .move(let block, let name): "'\(entry.key)' is '\(block).\(name)' now"
        case .keep: "'\(entry.key)' stays"
        }
    }
}

extension OlderForm {
    /// All older forms in a block and in what it holds.
    static func all(in node: YAMLNode, _ table: KeyTable) -> [OlderForm] {
        guard let map = node.map else { return [] }
        var found: [OlderForm] = []
        for entry in map.entries {
            guard let key = table.key(entry.key) else {
                if let others = table.others { found += all(in: entry.value, others.type) }
                continue
            }
            if let change = change(of: entry, key, in: map) {
                found.append(OlderForm(entry: entry, change: change))
            }
            found += all(in: entry.value, key.type)
        }
        return found
    }

    private static func all(in node: YAMLNode, _ type: ValueType) -> [OlderForm] {
        guard let list = node.list, case .list(let element) = type else {
            return type.table.map { all(in: node, $0) } ?? []
        }
        return list.flatMap { all(in: $0, element) }
    }

    fileprivate static func change(
        of entry: YAMLMap.Entry, _ key: KeyTable.Key, in map: YAMLMap
    ) -> Change? {
        if case .instead(let advice) = key.effect { return .keep(advice) }
        guard let newer = key.newer else {
            guard key.olderWords.contains(entry.key) else { return nil }
            let first = ([key.name] + key.aliases).first { map[$0] != nil }
            return first == entry.key
                ? .rename(key.name, value: nil)
                : .keep("'\(first ?? key.name)' is there too, and counts: remove one of them")
        }
        guard let name = newer.path.last, let block = newer.path.first else { return nil }
        if newer.path.count > 1 { return move(entry, into: block, as: name, key, map) }
        guard map[name] == nil else {
            return .keep("'\(name)' is there too: remove one of them")
        }
        guard let words = newer.words else { return .rename(name, value: nil) }
        guard let flag = entry.value.scalar?.flag else { return .keep("it is not true or false") }
        return .rename(name, value: flag ? words.ifTrue : words.ifFalse)
    }

    private static func move(
        _ entry: YAMLMap.Entry, into block: String, as name: String, _ key: KeyTable.Key,
        _ map: YAMLMap
    ) -> Change {
        let words = [key.name] + key.aliases
        if let first = words.first(where: { map[$0] != nil }), first != entry.key {
            return .keep("'\(first)' is there too, and counts: remove one of them")
        }
        guard let target = map[block], !target.value.isNull else {
            return .move(block: block, name)
        }
        // A model's block counts as a whole, that of limits key by key.
        guard block != "primary" else {
            return .keep("'primary' is there too, and counts: remove '\(entry.key)'")
        }
        guard let inner = target.value.map else { return .keep("'\(block)' is no block of keys") }
        let table = KeyTable.agent.key(block)?.type.table?.key(name)
        let given = ([name] + (table?.aliases ?? [])).first { inner[$0] != nil }
        return given.map { .keep("'\(block).\($0)' is there too, and counts: remove this one") }
            ?? .move(block: block, name)
    }
}

extension YAMLNode {
    /// The same with the newer forms, made without the text; those that stay are at these places.
    func modernised(_ table: KeyTable, except kept: Set<SourcePosition>) -> YAMLNode {
        guard let map else { return self }
        var result = YAMLMap()
        var moved: [(block: String, YAMLMap.Entry)] = []
        for var entry in map.entries {
            let key = table.key(entry.key)
            if let type = key?.type ?? table.others?.type {
                entry.value = entry.value.modernised(type, except: kept)
            }
            let change = key.flatMap { OlderForm.change(of: entry, $0, in: map) }
            guard let change, !kept.contains(entry.keyPosition) else {
                result.set(entry)
                continue
            }
            switch change {
            case .keep: result.set(entry)
            case .rename(let name, let value):
                entry.key = name
                if let value {
                    entry.value.content = .scalar(YAMLScalar(text: value, isPlain: true))
                }
                result.set(entry)
            case .move(let block, let name):
                entry.key = name
                moved.append((block, entry))
            }
        }
        for (block, entry) in moved {
            var inner = result[block]?.value.map ?? YAMLMap()
            inner.set(entry)
            let node = YAMLNode(content: .map(inner), position: position)
            result.set(YAMLMap.Entry(key: block, keyPosition: position, value: node))
        }
        return YAMLNode(content: .map(result), position: position)
    }

    private func modernised(_ type: ValueType, except kept: Set<SourcePosition>) -> YAMLNode {
        if let list, case .list(let element) = type {
            let elements = list.map { $0.modernised(element, except: kept) }
            return YAMLNode(content: .list(elements), position: position)
        }
        return type.table.map { modernised($0, except: kept) } ?? self
    }
}
