/// Writes a picture as a Mermaid flowchart.
enum MermaidWriter {
    static func text(of picture: FlowPicture) -> String {
        var lines = ["flowchart TD"]
        if let entry = picture.nodes.first(where: \.isEntry) {
            lines += ["    start(( ))", "    start --> \(entry.id)"]
        }
        for node in picture.nodes { lines.append("    \(node.id)\(shaped(node))") }
        for edge in picture.edges {
            let arrow = edge.isDashed ? "-.->" : "-->"
            let words = edge.lines.isEmpty ? "" : "|\(quoted(edge.lines))|"
            lines.append("    \(edge.from) \(arrow)\(words) \(edge.to)")
        }
        return (lines + marks(of: picture)).joined(separator: "\n") + "\n"
    }

    private static func shaped(_ node: FlowPicture.Node) -> String {
        let text = quoted(node.lines)
        return switch node.shape {
        case .agent: "(\(text))"
        case .group: "[[\(text)]]"
        case .person: "([\(text)])"
        case .outside: "[/\(text)/]"
        case .subCrew: "{{\(text)}}"
        case .end: "(((\(text))))"
        }
    }

    private static func marks(of picture: FlowPicture) -> [String] {
        let visited = picture.nodes.filter(\.isVisited).map(\.id)
        // The step to the entry is the first link.
        let first = picture.nodes.contains(where: \.isEntry) ? 1 : 0
        let taken = picture.edges.enumerated().filter { !$0.element.numbers.isEmpty }
            .map { String($0.offset + first) }
        var lines: [String] = []
        if !visited.isEmpty {
            lines.append("    classDef visited stroke:#0a7d3c,stroke-width:3px")
            lines.append("    class \(visited.joined(separator: ",")) visited")
        }
        if !taken.isEmpty {
            lines.append(
                "    linkStyle \(taken.joined(separator: ",")) stroke:#0a7d3c,stroke-width:3px")
        }
        return lines
    }

    /// Everything that Mermaid, its Markdown or HTML could read as more than a letter is written as its
    /// number.
    static func quoted(_ lines: [String]) -> String {
        "\"" + lines.flatMap(\.drawnLines).map(escaped).joined(separator: "<br/>") + "\""
    }

    private static func escaped(_ line: String) -> String {
        line.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", " ", "_", ",", "(", ")", "[", "]", ":", "/":
                String(scalar)
            case _ where scalar.isASCII: "#\(scalar.value);"
            default: String(scalar)
            }
        }.joined()
    }
}

extension String {
    /// Its lines without what cannot be drawn.
    var drawnLines: [String] {
        TerminalStyle.harmless(self).split(whereSeparator: \.isNewline).map {
            $0.map { $0 == "\t" ? " " : String($0) }.joined()
        }
    }
}
