import CrewConfig
import CrewKit

/// Rewrites older forms in a crew's files: `crew check --fix`.
enum CheckFix {
    /// Writes the files, and says what changed and what could not.
    ///
    /// - Throws: `CommandFailure` when a file cannot be read or written.
    static func rewrite(_ folder: String) throws {
        do {
            let rewriting = try CrewRewriting(folder)
            try rewriting.write()
            for item in rewriting.changes {
                StandardStreams.show("\(item.file):\(item.line): fixed: \(item.text)\n")
            }
            for item in rewriting.refusals {
                let reason = item.reason.map { " (\($0))" } ?? ""
                StandardStreams.show(
                    "\(item.file):\(item.line): not fixed: \(item.text)\(reason)\n")
            }
            if rewriting.changes.isEmpty { StandardStreams.show("nothing to fix\n") }
        } catch {
            throw CommandFailure("error: \(error.message)", code: ExitCodes.unreadable)
        }
    }
}
