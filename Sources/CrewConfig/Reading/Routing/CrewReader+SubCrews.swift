import CrewKit

extension CrewReader {
    /// The crews of `sub_crews`, each as the tool that lets it work.
    mutating func subCrews(_ block: BlockReader) -> [DeclaredTool] {
        var tools: [DeclaredTool] = []
        for (name, block) in block.namedBlocks { tools.append(subCrew(ToolName(name), block)) }
        return tools
    }

    private mutating func subCrew(_ name: ToolName, _ block: BlockReader) -> DeclaredTool {
        var tool = DeclaredTool(
            name: name, description: block.text("description") ?? "",
            work: .crew(folder: subCrewFolder("path", of: name, block)),
            effect: block.word("effect") ?? .write)
        if tool.description.isEmpty { tellNoDescription(of: name, block) }
        if let parameters = block.entry("parameters") {
            tool.parameters = schema(parameters.value.json, of: name, block)
        }
        tool.approval = approval("approval", of: block)
        tool.timeout = block.seconds("timeout_seconds")
        return tool
    }

    /// The folder of a crew that works as a tool, which the key names.
    mutating func subCrewFolder(
        _ key: String, of tool: ToolName, _ block: BlockReader
    ) -> String {
        guard let written = expanded(key, of: block) else {
            // That the key itself is missing is told already where it must be there.
            if block.entry(key) != nil {
                problems.add(
                    .error, "missing_key", at: block.place(of: key),
                    "'\(key)' of tool '\(tool)' names no folder",
                    suggestion: "write a crew's folder")
            }
            return ""
        }
        let folder = CrewInclusion.folder(inFolder(written))
        let inclusion = CrewInclusion(of: folder, in: self.folder, variables: environment)
        if let problem = inclusion.problem {
            problems.add(
                .error, problem.code, at: block.place(of: key),
                "tool '\(tool)': \(problem.message)", suggestion: problem.advice)
        }
        return folder
    }
}
