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

    private static func crewDocument(in folder: String) throws(CrewError) -> YAMLDocument {
        let file = "\(folder)/crew.yaml"
        do throws(SourceFile.Failure) {
            return try SourceFile.document(at: file)
        } catch {
            guard error.isMissing else {
                let place = "\(file):\(error.position.line):\(error.position.column)"
                throw CrewError(
                    .unreadableDefinition, "\(place): error: \(error.problem) (\(error.advice))")
            }
            throw CrewError(.unreadableDefinition, missing(file, in: folder))
        }
    }

    private static func missing(_ file: String, in folder: String) -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            return "\(folder): error: there is no such folder (give the folder of a crew)"
        }
        guard isFolder.boolValue else {
            return "\(folder): error: this is not a folder (give the folder that holds crew.yaml)"
        }
        let isMisnamed = FileManager.default.fileExists(atPath: "\(folder)/crew.yml")
        let advice = isMisnamed ? "rename crew.yml to crew.yaml" : "a crew's folder holds crew.yaml"
        return "\(file):1:1: error: there is no such file (\(advice))"
    }
}
