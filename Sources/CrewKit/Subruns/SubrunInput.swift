/// What a run that works for a call is asked.
struct SubrunInput: Sendable {
    private let parameters: JSONValue

    /// Tools that declare no parameters take one text.
    init(_ written: DeclaredTool) {
        let hasOwn = written.parameters["properties"]?.object?.isEmpty == false
        parameters =
            hasOwn
            ? written.parameters
            : [
                "type": "object",
                "properties": [
                    "input": [
                        "type": "string",
                        "description": "what is asked, with all that has to be known",
                    ]
                ],
                "required": ["input"],
            ]
    }

    func definition(
        of written: DeclaredTool, timeout: Duration, source: String
    ) -> ToolDefinition {
        var definition = ToolDefinition(
            name: written.name, description: written.description, parameters: parameters,
            effect: written.effect, approval: written.approval,
            timeout: written.timeout ?? timeout, isolation: .inProcess)
        definition.isSequential = written.isSequential
        // The same call finds the same run.
        definition.isIdempotent = true
        definition.source = source
        return definition
    }

    /// One text as it is; several arguments as lines, in the order of the parameters: that of the
    /// arguments does not survive every way of storing them.
    func text(_ arguments: JSONObject) -> String {
        let declared = parameters["properties"]?.object?.keys.map { $0 } ?? []
        let others = arguments.keys.filter { !declared.contains($0) }.sorted()
        let texts = (declared + others).compactMap { name in
            arguments[name].map { (name, $0.string ?? $0.text) }
        }
        if texts.count == 1, let only = texts.first { return only.1 }
        return texts.map { "\($0): \($1)" }.joined(separator: "\n")
    }
}

extension ToolInvocation {
    /// - Throws: a `ToolFailure` outside of a run.
    var openSubruns: Subruns {
        get throws {
            guard let subruns else {
                throw ToolFailure(
                    .permission, "Only an agent of a running crew can ask this.",
                    isWithoutEffect: true)
            }
            return subruns
        }
    }
}
