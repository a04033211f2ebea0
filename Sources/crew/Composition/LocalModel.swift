import Foundation
import Subprocess

/// The small real model of `--local`: fetched and started by a script that this binary carries.
enum LocalModel {
    static let name = "smollm2-135m"

    /// Starts it where it does not run yet, and returns the variables that lead to it.
    ///
    /// The script says on standard error what it fetches and how far it is.
    ///
    /// - Throws: `CommandFailure` when the script cannot be written or does not succeed.
    static func start() async throws -> [String: String] {
        StandardStreams.complain(
            "--local: a model of 135 million parameters, for trying things out")
        let script = try writtenScript()
        let result = try await run(
            .path("/bin/sh"), arguments: [script.path, "start"], output: .string(limit: 65_536),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
        guard result.terminationStatus.isSuccess else {
            throw CommandFailure("error: the local model did not start; see above")
        }
        return try variables(in: result.standardOutput ?? "")
    }
}
