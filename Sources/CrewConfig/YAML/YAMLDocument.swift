import Yams

/// The first document of a YAML text.
struct YAMLDocument: Sendable {
    /// An empty block when the text holds nothing.
    var root: YAMLNode
    var repeatedKeys: [RepeatedKey] = []
    /// Whether another document follows, which is not read.
    var hasMore = false

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
        document.hasMore = try parser.nextRoot() != nil
        return document
    }
}
