import Yams

/// The first document of a YAML text.
struct YAMLDocument: Sendable {
    /// An empty block when the text holds nothing.
    var root: YAMLNode
    var repeatedKeys: [RepeatedKey] = []
    /// Where another document begins, which is not read.
    var moreAt: SourcePosition?

    /// A key that a block has more than once; the last one counts.
    struct RepeatedKey: Sendable {
        var name: String
        var first: SourcePosition
        var last: SourcePosition
    }

    static func parse(_ text: String) throws(YAMLSyntaxError) -> YAMLDocument {
        var masked = MaskedText(text)
        while true {
            do {
                return try compose(masked)
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let names = keys.map(masked.original)
                let position = SourcePosition(context.mark)
                guard let name = names.first, masked.maskKey(name, at: position) else {
                    throw YAMLSyntaxError(
                        .duplicatedKeysInMapping(duplicates: names, context: context), text: text)
                }
            } catch let error as YamlError {
                throw YAMLSyntaxError(error, text: text)
            } catch let error as YAMLSyntaxError {
                throw error
            } catch {
                throw YAMLSyntaxError("\(error)", at: .start, advice: "check that this is YAML")
            }
        }
    }

    private static func compose(_ masked: MaskedText) throws -> YAMLDocument {
        // Without rules of its own Yams matches no regular expression; types are ours to decide.
        let parser = try Parser(yaml: masked.text, resolver: .basic, encoding: .utf8)
        guard let first = try parser.nextRoot() else {
            return YAMLDocument(root: YAMLNode(content: .map(YAMLMap()), position: .start))
        }
        // A node knows its anchor only as long as the parser lives.
        var document = try withExtendedLifetime(parser) {
            var composer = YAMLComposer(masked)
            let root = try composer.node(first, depth: 0)
            return YAMLDocument(root: root, repeatedKeys: composer.repeatedKeys)
        }
        if let second = try parser.nextRoot() {
            document.moreAt = start(of: second, in: masked.text)
        }
        return document
    }

    /// The line of dashes above a document.
    private static func start(of document: Node, in text: String) -> SourcePosition {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let below = min(document.mark?.line ?? lines.count, lines.count)
        let dashes = lines[..<below].lastIndex { $0.hasPrefix("---") }
        return SourcePosition(line: (dashes ?? max(0, below - 1)) + 1, column: 1)
    }
}
