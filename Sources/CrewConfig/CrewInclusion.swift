import CrewKit
import Foundation

/// Follows the crews that work as tools of a crew, to find one that is not there or that leads back.
struct CrewInclusion {
    /// Crews that are looked at for one tool.
    private static let maximumCrews = 200

    /// What is wrong with a crew that is to work as a tool.
    struct Problem: Hashable {
        var code: String
        var message: String
        var advice: String
    }

    private(set) var problem: Problem?
    private let variables: [String: String]
    /// Crews from which no way leads back.
    private var cleared: Set<String> = []

    /// - Parameters:
    ///   - folder: of the crew that is to work as a tool.
    ///   - parent: folder of the crew that has the tool.
    ///   - variables: what `${NAME}` in the crews' files is replaced from.
    init(of folder: String, in parent: String, variables: [String: String]) {
        self.variables = variables
        guard FileManager.default.fileExists(atPath: folder + "/crew.yaml") else {
            problem = Problem(
                code: "missing_crew_folder", message: "there is no crew in \(folder)",
                advice: "write the folder that holds the crew's crew.yaml")
            return
        }
        follow(folder, trail: [Self.canonical(parent)])
    }

    private mutating func follow(_ folder: String, trail: [String]) {
        let place = Self.canonical(folder)
        guard problem == nil, cleared.count + trail.count < Self.maximumCrews,
            !cleared.contains(place)
        else { return }
        let way = trail + [place]
        guard !trail.contains(place) else {
            let names = way.map { URL(fileURLWithPath: $0).lastPathComponent }
            problem = Problem(
                code: "crew_includes_itself",
                message: "the crew leads back to itself: \(names.joined(separator: " → "))",
                advice: "remove one of these crews' tools")
            return
        }
        do throws(SourceFile.Failure) {
            let document = try SourceFile.document(at: "\(folder)/crew.yaml")
            for next in crews(of: document.root, in: folder) { follow(next, trail: way) }
        } catch {
            // Deeper ones are told when that crew is looked at by itself.
            if trail.count == 1 {
                problem = Problem(
                    code: "unreadable_file",
                    message: "\(folder)/crew.yaml:\(error.position.line): \(error.problem)",
                    advice: error.advice)
            }
        }
        cleared.insert(place)
    }

    /// The folders of the crews that work as tools of this one.
    private func crews(of crew: YAMLNode, in folder: String) -> [String] {
        let tools = (crew.map?["tools"]?.value.map?.entries ?? []).map { $0.value.map?["crew"] }
        let crews = (crew.map?["sub_crews"]?.value.map?.entries ?? []).map {
            $0.value.map?["path"] ?? $0.value.map?["config_path"]
        }
        return (tools + crews).compactMap { entry in
            guard let text = entry?.value.scalar?.text,
                let path = EnvironmentText(text, variables: variables, folder: folder).text,
                !path.isEmpty
            else { return nil }
            return Self.folder(path.hasPrefix("/") ? path : "\(folder)/\(path)")
        }
    }

    /// The folder of a crew that is named by its folder or by its `crew.yaml`.
    static func folder(_ path: String) -> String {
        path.hasSuffix("/crew.yaml") ? String(path.dropLast("/crew.yaml".count)) : path
    }

    private static func canonical(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
}
