import Yams

/// Turns the nodes of Yams into ours: resolves aliases and merge keys, within bounds.
struct YAMLComposer {
    /// Values of one file, every use of an alias counted as if it were written out.
    static let maximumNodes = 100_000
    static let maximumDepth = 64

    private let text: MaskedText
    private var anchors: [String: Anchored] = [:]
    private var nodes = 0
    private(set) var repeatedKeys: [YAMLDocument.RepeatedKey] = []

    /// A value that aliases may use.
    private struct Anchored {
        var node: YAMLNode
        /// Values in it, itself included.
        var nodes: Int
        /// Levels below it.
        var height: Int
    }

    init(_ text: MaskedText) { self.text = text }

    mutating func node(_ node: Node, depth: Int) throws(YAMLSyntaxError) -> YAMLNode {
        try measured(node, depth: depth).node
    }

    private mutating func measured(
        _ node: Node, depth: Int
    ) throws(YAMLSyntaxError) -> Anchored {
        let position = node.mark.map(SourcePosition.init) ?? .start
        let before = nodes
        try count(1, depth: depth, at: position)
        var found: Anchored
        switch node {
        case .scalar(let scalar):
            if scalar.style == .plain, let name = text.alias(scalar.string) {
                return try alias(name, depth: depth, at: position)
            }
            let content = YAMLNode.Content.scalar(self.scalar(scalar))
            found = Anchored(
                node: YAMLNode(content: content, position: position), nodes: 0, height: 0)
        case .sequence(let sequence): found = try list(sequence, depth: depth, at: position)
        case .mapping(let mapping): found = try map(mapping, depth: depth, at: position)
        case .alias:
            throw YAMLSyntaxError("unexpected alias", at: position, advice: "write the value out")
        }
        found.nodes = nodes - before
        if let anchor = node.anchor { anchors[anchor.rawValue] = found }
        return found
    }

    private mutating func count(
        _ more: Int, depth: Int, at position: SourcePosition
    ) throws(YAMLSyntaxError) {
        nodes += more
        guard nodes <= Self.maximumNodes else {
            throw YAMLSyntaxError(
                "the file holds more than \(Self.maximumNodes) values, aliases written out",
                at: position, advice: "use fewer aliases, or split the crew")
        }
        guard depth <= Self.maximumDepth else {
            throw YAMLSyntaxError(
                "values are nested more than \(Self.maximumDepth) levels deep", at: position,
                advice: "nest less deeply")
        }
    }

    private mutating func alias(
        _ name: String, depth: Int, at position: SourcePosition
    ) throws(YAMLSyntaxError) -> Anchored {
        guard var found = anchors[name] else {
            throw YAMLSyntaxError(
                "the alias *\(name) stands above its anchor, or inside it", at: position,
                advice: "put &\(name) before its first use")
        }
        try count(found.nodes - 1, depth: depth + found.height, at: position)
        found.node.position = position
        return found
    }

    private func scalar(_ scalar: Node.Scalar) -> YAMLScalar {
        let core = "tag:yaml.org,2002:"
        let tag = scalar.tag.rawValue
        let isQuoted = scalar.style != .plain && scalar.style != .any
        return YAMLScalar(
            text: text.original(scalar.string), isPlain: !isQuoted,
            tag: !isQuoted && tag.hasPrefix(core) ? String(tag.dropFirst(core.count)) : nil)
    }

    private mutating func list(
        _ sequence: Node.Sequence, depth: Int, at position: SourcePosition
    ) throws(YAMLSyntaxError) -> Anchored {
        var elements: [YAMLNode] = []
        var height = 0
        for element in sequence {
            let found = try measured(element, depth: depth + 1)
            elements.append(found.node)
            height = max(height, found.height + 1)
        }
        let node = YAMLNode(content: .list(elements), position: position)
        return Anchored(node: node, nodes: 0, height: height)
    }
}

extension YAMLComposer {
    private mutating func map(
        _ mapping: Node.Mapping, depth: Int, at position: SourcePosition
    ) throws(YAMLSyntaxError) -> Anchored {
        var map = YAMLMap()
        var merged: [YAMLMap] = []
        var height = 0
        for pair in mapping {
            let (key, place) = try key(pair.key, depth: depth + 1)
            let found = try measured(pair.value, depth: depth + 1)
            height = max(height, found.height + 1)
            if key == "<<" {
                merged += try maps(toMerge: found.node)
                continue
            }
            let entry = YAMLMap.Entry(key: key, keyPosition: place, value: found.node)
            if let earlier = map.set(entry) {
                repeatedKeys.append(
                    YAMLDocument.RepeatedKey(name: key, first: earlier.keyPosition, last: place))
            }
        }
        for entry in merged.flatMap(\.entries) where map[entry.key] == nil { map.set(entry) }
        let node = YAMLNode(content: .map(map), position: position)
        return Anchored(node: node, nodes: 0, height: height)
    }

    private mutating func key(
        _ node: Node, depth: Int
    ) throws(YAMLSyntaxError) -> (String, SourcePosition) {
        let found = try measured(node, depth: depth).node
        guard let scalar = found.scalar else {
            throw YAMLSyntaxError(
                "a key must be a word, not \(found.kind)", at: found.position,
                advice: "write 'key: value'; put text that begins with [ or { in quotes")
        }
        return (scalar.text, found.position)
    }

    /// The blocks that `<<` brings in; of one key the first of them counts.
    private func maps(toMerge node: YAMLNode) throws(YAMLSyntaxError) -> [YAMLMap] {
        if let map = node.map { return [map] }
        let maps = node.list?.compactMap(\.map) ?? []
        guard !maps.isEmpty, maps.count == node.list?.count else {
            throw YAMLSyntaxError(
                "'<<' brings in blocks of keys, not \(node.kind)", at: node.position,
                advice: "give it an alias of a block, such as *defaults")
        }
        return maps
    }
}
