/// Writes a picture in the language of Graphviz.
enum DOTWriter {
    static func text(of picture: FlowPicture) -> String {
        var lines = [
            "digraph crew {",
            "    rankdir=TB;",
            "    node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=12];",
            "    edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=10];",
        ]
        if let entry = picture.nodes.first(where: \.isEntry) {
            lines += ["    start [shape=point, width=0.15];", "    start -> \(entry.id);"]
        }
        lines += picture.nodes.map { node in
            var attributes = ["label=\(quoted(node.lines))"] + shape(node.shape)
            if node.isVisited { attributes += ["color=\"#0a7d3c\"", "penwidth=3"] }
            return "    \(node.id) [\(attributes.joined(separator: ", "))];"
        }
        lines += picture.edges.map { edge in
            var attributes = edge.lines.isEmpty ? [] : ["label=\(quoted(edge.lines))"]
            if edge.isDashed { attributes.append("style=dashed") }
            if !edge.numbers.isEmpty {
                attributes += [
                    "color=\"#0a7d3c\"", "fontcolor=\"#0a7d3c\"", "penwidth=3",
                ]
            }
            let list = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
            return "    \(edge.from) -> \(edge.to)\(list);"
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }

    private static func shape(_ shape: FlowPicture.Shape) -> [String] {
        switch shape {
        case .agent: ["shape=box", "style=rounded"]
        case .group: ["shape=box", "peripheries=2"]
        case .person: ["shape=ellipse"]
        case .outside: ["shape=parallelogram"]
        case .subCrew: ["shape=hexagon"]
        case .end: ["shape=doublecircle"]
        }
    }

    static func quoted(_ lines: [String]) -> String {
        let escaped = lines.flatMap(\.drawnLines).map { line in
            line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                // Graphviz reads names of HTML entities also in plain text.
                .replacing("&", with: "&amp;")
        }
        return "\"" + escaped.joined(separator: "\\n") + "\""
    }
}
