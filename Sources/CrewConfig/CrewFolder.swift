public import CrewKit
import Foundation

/// Loads a crew from its folder: `crew.yaml`, `agents/*.yaml` and perhaps `script.yaml`.
public enum CrewFolder {
    /// Reads the folder and builds the definition as far as it can.
    ///
    /// What is wrong in a readable `crew.yaml` or in any other file does not throw; it is among the
    /// problems of the result.
    ///
    /// - Parameter environment: what `${NAME}` in the files is replaced from.
    /// - Throws: `unreadableDefinition` when there is no folder, no `crew.yaml`, or no YAML in it.
    public static func load(
        _ path: String, environment: [String: String]
    ) throws(CrewError) -> LoadedCrew {
        do throws(UnreadableCrew) {
            return try read(path, environment: environment)
        } catch {
            throw CrewError(.unreadableDefinition, error.problem.description)
        }
    }

    /// The same, with the place of what cannot be read.
    public static func read(
        _ path: String, environment: [String: String]
    ) throws(UnreadableCrew) -> LoadedCrew {
        let folder = folder(path)
        let document = try crewDocument(in: folder)
        var loading = CrewLoading(folder: folder, document: document, environment: environment)
        return loading.crew()
    }

    /// The folder that a path names: its own, or that of its `crew.yaml`.
    static func folder(_ path: String) -> String {
        var folder = path
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        if folder.hasSuffix("/crew.yaml") { folder.removeLast("/crew.yaml".count) }
        return folder == "crew.yaml" || folder.isEmpty ? "." : folder
    }

    private static func crewDocument(in folder: String) throws(UnreadableCrew) -> YAMLDocument {
        let file = "\(folder)/crew.yaml"
        do throws(SourceFile.Failure) {
            return try SourceFile.document(at: file)
        } catch {
            guard error.isMissing else {
                throw UnreadableCrew(
                    error.problem, advice: error.advice, in: file, at: error.position)
            }
            throw missing(file, in: folder)
        }
    }

    private static func missing(_ file: String, in folder: String) -> UnreadableCrew {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            return UnreadableCrew(
                "there is no such folder", advice: "give the folder of a crew", in: folder)
        }
        guard isFolder.boolValue else {
            return UnreadableCrew(
                "this is not a folder", advice: "give the folder that holds crew.yaml", in: folder)
        }
        let isMisnamed = FileManager.default.fileExists(atPath: "\(folder)/crew.yml")
        let advice = isMisnamed ? "rename crew.yml to crew.yaml" : "a crew's folder holds crew.yaml"
        return UnreadableCrew("there is no such file", advice: advice, in: file)
    }
}

/// Why nothing of a crew can be read.
public struct UnreadableCrew: Error, Sendable {
    public let problem: LocatedProblem

    init(
        _ message: String, advice: String, in file: String,
        at position: SourcePosition = .start
    ) {
        let problem = DefinitionProblem(
            .error, CrewError.Code.unreadableDefinition.rawValue, at: DefinitionPath(.crew),
            message, suggestion: advice)
        var lines = SourceLines()
        self.problem = lines.quoting(LocatedProblem(problem, in: file, at: position))
    }
}
