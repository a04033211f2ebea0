/// The tools that a crew's agents may use, by name.
public struct Toolbox: Sendable {
    private let tools: [ToolName: any Tool]

    /// - Parameter tools: of two with the same name the later one counts, so that a crew can
    ///   replace a built-in tool.
    public init(_ tools: [any Tool] = []) {
        self.tools = Dictionary(
            tools.map { ($0.definition.name, $0) }, uniquingKeysWith: { $1 })
    }

    public var names: Set<ToolName> { Set(tools.keys) }

    public subscript(name: ToolName) -> (any Tool)? { tools[name] }
}
