import CrewKit

/// The flow of a crew in words: what may follow each agent, and how its turn comes to an end.
enum FlowTable {
    static func text(of flow: CrewFlow, showsBuiltIns: Bool) -> String {
        let reached = flow.reached
        let workers = Set(reached.compactMap(\.agent))
        let ways = flow.waysToEnd
        var lines: [String] = []
        for node in flow.nodes {
            guard let title = title(of: node, in: flow, reached, workers) else { continue }
            lines.append(title)
            for edge in flow.edges(from: node) where showsBuiltIns || edge.reason.isConfigured {
                lines.append("  \(edge.reason) → \(edge.to)")
            }
            if case .agent(let id) = node {
                let way = ways[id]?.line ?? "none: only a limit stops it"
                lines.append("  ends by: \(way)")
            }
        }
        return TerminalStyle.harmless(lines.joined(separator: "\n")) + "\n"
    }

    private static func title(
        of node: CrewFlow.Node, in flow: CrewFlow, _ reached: Set<CrewFlow.Node>,
        _ workers: Set<AgentID>
    ) -> String? {
        switch node {
        case .agent(let id):
            if node == flow.entry { return "\(id) (begins)" }
            if reached.contains(node) { return "\(id)" }
            return workers.contains(id)
                ? "\(id) (works for others only)" : "\(id) (no way leads here)"
        case .group: return "\(node)" + (reached.contains(node) ? "" : " (no way leads here)")
        case .alone, .editor, .person, .outside, .subCrew, .end: return nil
        }
    }
}

extension CrewFlow.Reason {
    fileprivate var isConfigured: Bool {
        if case .builtInSignal = self { return false }
        return true
    }
}
