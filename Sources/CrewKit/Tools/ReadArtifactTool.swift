/// Lets a model page through an output that it was shown only the beginning of.
///
/// Every agent that has tools gets it once one of its run's outputs was cut.
struct ReadArtifactTool: Tool {
    static let name: ToolName = "read_artifact"

    /// Characters of an answer, those around the text included.
    let maxOutput: Int

    init(maxOutput: Int) { self.maxOutput = maxOutput }

    var definition: ToolDefinition {
        var definition = ToolDefinition(
            name: Self.name,
            description:
                "Reads on in an output that was cut. Give the artifact's name and where to begin.",
            parameters: [
                "type": "object",
                "properties": [
                    "name": ["type": "string", "description": "the artifact's name"],
                    "offset": [
                        "type": "integer", "description": "characters to skip", "minimum": 0,
                        "default": 0,
                    ],
                ],
                "required": ["name"],
            ],
            effect: .read, approval: .never, isolation: .inProcess)
        definition.source = "engine"
        return definition
    }

    func call(_ call: ToolInvocation) async throws -> String {
        let name = call.arguments["name"]?.string ?? ""
        let offset = call.arguments["offset"]?.integer ?? 0
        guard let bytes = try await call.artifacts?.read(name) else {
            throw ToolFailure(
                .notFound, "The run keeps nothing named '\(name)'.",
                hint: "Use the name that stands where the output was cut.", isWithoutEffect: true)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ToolFailure(
                .parse, "'\(name)' is no text: it has \(bytes.count) bytes of another kind.")
        }
        return page(of: text, from: offset)
    }

    private func page(of text: String, from offset: Int) -> String {
        let total = text.count
        guard offset < total else { return "[nothing there: it has \(total) characters]" }
        let room = max(1, maxOutput - 80)
        let piece = text.dropFirst(offset).prefix(room)
        let end = offset + piece.count
        let next = end < total ? "; go on with offset \(end)" : "; this is the end"
        return "[characters \(offset + 1) to \(end) of \(total)\(next)]\n\(piece)"
    }
}
