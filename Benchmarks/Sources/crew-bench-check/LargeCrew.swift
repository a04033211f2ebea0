import Foundation

/// A crew of many agents in a temporary folder, as large as crews in use get.
struct LargeCrew {
    let folder: String
    let files: [String]

    init(agents count: Int) throws {
        folder = FileManager.default.temporaryDirectory.path + "/bench-check-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/agents", withIntermediateDirectories: true)
        let ids = (0..<count).map { "agent-\($0)" }
        var files = ["\(folder)/crew.yaml"]
        try Self.crew(ids).write(toFile: files[0], atomically: true, encoding: .utf8)
        for (index, id) in ids.enumerated() {
            let file = "\(folder)/agents/\(id).yaml"
            try Self.agent(index, id, of: count)
                .write(toFile: file, atomically: true, encoding: .utf8)
            files.append(file)
        }
        self.files = files
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    private static func crew(_ ids: [String]) -> String {
        var text = "name: large\nentry_point: agent-0\nagents:\n"
        text += ids.map { "  - \($0)\n" }.joined()
        text += "settings: {max_rounds: 500, max_handoffs: 500}\nrouting:\n  signals:\n"
        for (index, id) in ids.enumerated() {
            text += "    \(id):\n"
            for step in 1...3 {
                let target = ids[(index + step) % ids.count]
                text += "      - signal: \"[TO_\(step)]\"\n        target: \(target)\n"
                text += "        description: Passes the work on by \(step).\n"
            }
            text += "      - {signal: \"[DONE]\", target: null}\n"
        }
        return text
    }

    private static func agent(_ index: Int, _ id: String, of count: Int) -> String {
        let lines = (1...25).map {
            "  Rule \($0): look at the request, think of what {{role}} would do, and keep to it.\n"
        }
        return """
            id: \(id)
            name: Agent \(index)
            role: specialist number \(index)
            description: Knows everything about subject \(index).
            backstory: Has worked on subject \(index) for years.
            temperature: 0.3
            max_tokens: 500
            tools: []
            handoff_targets: [agent-\((index + 1) % count)]
            primary:
              provider: ollama
              model: llama3.2
              limits: {concurrent_calls: 4}
            cost_limits:
              max_tokens_per_call: 16000
              max_tokens_per_day: 500000
              block_on_cost_exceed: true
            system_prompt: |
              You are {{name}}, {{role}}. {{backstory}}
            \(lines.joined())  End with [TO_1], [TO_2], [TO_3] or [DONE].

            """
    }
}
