/// Cuts tool outputs to what a model is shown; the run keeps them whole.
struct ToolOutputCaps {
    let settings: CrewSettings

    /// The results of one reply with their outputs cut, each still there.
    func shown(_ results: [ToolResult]) -> [ToolResult] {
        var left = settings.maxTotalToolOutput
        return results.map { result in
            var result = result
            let length = result.characters ?? result.output.count
            if left <= 0 {
                result.output =
                    "(output omitted: the results of one reply may take "
                    + "\(settings.maxTotalToolOutput) characters together)"
            } else if length > settings.maxToolOutput {
                result.output = cut(result, length: length)
            }
            left -= min(length, settings.maxToolOutput)
            return result
        }
    }

    private func cut(_ result: ToolResult, length: Int) -> String {
        let shown = settings.maxToolOutput
        let handle = result.artifact.map { name in
            "; read_artifact(name: \"\(name)\", offset: \(shown)) reads on"
        }
        return "\(result.output.prefix(shown))\n\n"
            + "[⚠️ OUTPUT TRUNCATED - Original size: \(length) characters\(handle ?? "")]"
    }

    /// The block by which the original gives results to models without native tool calls.
    func textBlock(for results: [ToolResult]) -> String {
        var text = "\n[📊 TOOL EXECUTION RESULTS]\n\n"
        var left = settings.maxTotalToolOutput
        var omitted: [ToolResult] = []
        for result in results {
            guard left > 0 else {
                omitted.append(result)
                continue
            }
            let length = result.characters ?? result.output.count
            let output =
                length > settings.maxToolOutput ? cut(result, length: length) : result.output
            text += "\(result.name):\n  Status: \(result.status)\n  Output: \(output)\n\n"
            left -= min(length, settings.maxToolOutput)
        }
        if !omitted.isEmpty {
            text += "[⚠️ \(omitted.count) additional tool(s) summarized to save context - "
            text += "total output limit: \(settings.maxTotalToolOutput) chars]\n"
            for result in omitted {
                text += "  • \(result.name): \(result.status) (output omitted)\n"
            }
        }
        return text + "[END RESULTS]"
    }
}
