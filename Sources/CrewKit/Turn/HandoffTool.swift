import Foundation

/// The tools by which a model hands over natively, beside text signals.
enum HandoffTool {
    /// Endpoints take letters, digits, `_` and `-` in a tool's name, and 64 of them.
    static func name(for target: RouteTarget) -> ToolName {
        let letters = (target.name ?? "").decomposedStringWithCanonicalMapping.unicodeScalars
            .filter { $0.properties.generalCategory != .nonspacingMark }
            .map(plain)
        return ToolName("transfer_to_" + String(letters.prefix(52)))
    }

    /// Whether the name is kept for handing over.
    static func isName(_ name: ToolName) -> Bool { name.rawValue.hasPrefix("transfer_to_") }

    private static func plain(_ scalar: Unicode.Scalar) -> Character {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": Character(scalar)
        case "đ": "d"
        case "Đ": "D"
        default: "_"
        }
    }

    static func definition(for target: RouteTarget, in crew: ValidatedCrew) -> ToolDefinition {
        ToolDefinition(
            name: name(for: target),
            description: "Hand the conversation over to \(summary(of: target, in: crew)).",
            effect: .read)
    }

    private static func summary(of target: RouteTarget, in crew: ValidatedCrew) -> String {
        switch target {
        case .agent(let id):
            guard let agent = crew.agent(id)?.definition else { return id.rawValue }
            let about = agent.description.isEmpty ? agent.role : agent.description
            return about.isEmpty ? agent.name : "\(agent.name) (\(about))"
        case .group(let id):
            let about = crew.group(id)?.description ?? ""
            return about.isEmpty ? "the group \(id)" : "the group \(id) (\(about))"
        case .crew(let name):
            let tool = crew.definition.tools.first { $0.name == name }
            let about = tool?.description ?? ""
            return about.isEmpty ? "the crew \(name)" : "the crew \(name) (\(about))"
        case .external, .end, .pause: return ""
        }
    }
}
