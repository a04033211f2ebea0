/// The tools that a crew's agents may use, by name.
public struct Toolbox: Sendable {
    private let tools: [ToolName: any Tool]
    private let sources: [any ToolSource]

    /// - Parameters:
    ///   - tools: of two with the same name the later one counts, so that a crew can replace a
    ///     built-in tool.
    ///   - sources: asked for tools that are not among these.
    public init(_ tools: [any Tool] = [], sources: [any ToolSource] = []) {
        self.tools = Dictionary(
            tools.map { ($0.definition.name, $0) }, uniquingKeysWith: { $1 })
        self.sources = sources
    }

    /// The names there are now.
    public var names: Set<ToolName> {
        Set(tools.keys).union(sources.flatMap { $0.tools.map(\.definition.name) })
    }

    /// All tools there are now, by name.
    public var all: [any Tool] {
        names.sorted().compactMap { self[$0] }
    }

    public subscript(name: ToolName) -> (any Tool)? {
        if let tool = tools[name] { return tool }
        for source in sources {
            if let tool = source.tools.first(where: { $0.definition.name == name }) { return tool }
        }
        return nil
    }
}
