/// Something about a tool's parameter schema that its author should know.
public struct SchemaProblem: Sendable, Hashable {
    public var severity: DefinitionProblem.Severity
    /// Stays the same between versions: `invalid_schema`, `unknown_format`, `unknown_keyword`
    /// or `unchecked_keyword`.
    public var code: String
    /// The way from the schema's root to the place.
    public var path: [DefinitionPath.Step]
    public var message: String
    /// What to do, often with the nearest right word.
    public var suggestion: String?

    public init(
        _ severity: DefinitionProblem.Severity, _ code: String, at path: [DefinitionPath.Step],
        _ message: String, suggestion: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.path = path
        self.message = message
        self.suggestion = suggestion
    }

    /// Everything that is wrong or odd about a schema of a tool's parameters, in its order.
    ///
    /// Errors are schemas that no arguments can be checked by as they are meant; warnings are
    /// keywords that have no effect.
    public static func all(in schema: JSONValue) -> [SchemaProblem] {
        var review = SchemaReview()
        review.root(schema)
        return review.problems
    }
}

extension ToolDefinition {
    /// Everything that is wrong or odd about the schema of the parameters.
    public var schemaProblems: [SchemaProblem] { SchemaProblem.all(in: parameters) }
}
