/// A crew to begin with: files that work as they are, with a script in place of a model.
struct CrewTemplate: Sendable {
    let name: String
    /// What it shows, in a few words.
    let summary: String
    /// What to say to it first.
    let firstInput: String
    /// Texts by their paths in the crew's folder; `%NAME%` stands for the crew's name.
    let files: [(path: String, text: String)]

    static let all = [basic, tools, routing, parallel, subCrews]

    static func named(_ name: String) -> CrewTemplate? { all.first { $0.name == name } }

    /// The files of a crew of that name.
    func files(for crew: String) -> [(path: String, text: String)] {
        files.map { path, text in
            let depth = path.split(separator: "/").count - 1
            let root = String(repeating: "../", count: depth)
            return (
                path,
                Self.modeline(of: path, root: root) + text.replacing("%NAME%", with: crew) + "\n"
            )
        }
    }

    /// Tells editors with a YAML language server what a file may hold.
    private static func modeline(of path: String, root: String) -> String {
        let kinds = [("crew.yaml", "crew"), ("script.yaml", "script")]
        let kind =
            path.contains("agents/")
            ? "agent" : kinds.first { path.hasSuffix($0.0) }?.1
        return kind.map { "# yaml-language-server: $schema=\(root)schema/\($0).json\n" } ?? ""
    }
}
