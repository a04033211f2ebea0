import Foundation
import Subprocess
import SystemPackage

/// The small real model of `--local`, fetched and started by a script that this binary carries.
enum LocalModel {
    static let name = "smollm2-135m"

    /// Starts it where it does not run yet, and returns the variables that lead to it.
    ///
    /// The script says on standard error what it fetches and how far it is.
    ///
    /// - Throws: `CommandFailure` when the script cannot be written or does not succeed.
    static func start() async throws -> [String: String] {
        let folder = try writtenScripts()
        let result = try await Subprocess.run(
            .name("bash"), arguments: ["\(folder)/start.sh", "start"],
            output: .string(limit: 65_536),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
        guard result.terminationStatus.isSuccess else {
            throw CommandFailure("error: the local model did not start; the lines above say why")
        }
        return variables(in: result.standardOutput)
    }

    /// The folder with the scripts, written anew so that they are this version's.
    private static func writtenScripts() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"] ?? NSHomeDirectory()
        let cache = environment["XDG_CACHE_HOME"] ?? "\(home)/.cache"
        let folder = "\(cache)/swift-crew/local-model"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let scripts = [
                ("start.sh", PackageResources.start_sh), ("serve.py", PackageResources.serve_py),
            ]
            for (name, bytes) in scripts {
                try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)"), options: .atomic)
            }
        } catch {
            throw CommandFailure(
                "error: \(folder) cannot be written: \(error.localizedDescription)")
        }
        return folder
    }

    /// `NAME=value` lines.
    static func variables(in text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }
}
