extension TypedTool {
    /// A tool whose output is a Swift value, which the model reads as JSON.
    ///
    /// - Throws: as the initialiser for text does.
    public init<Output: Encodable & Sendable>(
        _ name: ToolName, _ description: String, effect: ToolEffect = .write,
        timeout: Duration? = nil, descriptions: [String: String] = [:],
        constraints: [String: JSONObject] = [:],
        returning output: Output.Type = Output.self,
        _ body: @escaping @Sendable (Input, ToolInvocation) async throws -> Output
    ) throws(CrewError) {
        try self.init(
            name, description, effect: effect, timeout: timeout, descriptions: descriptions,
            constraints: constraints
        ) { input, call in
            try ToolAnswer.json(of: try await body(input, call))
        }
    }
}
