import CrewConfig
import CrewKit

/// Rewrites older forms in a crew's files: `crew check --fix`.
enum CheckFix {
    /// Writes the files, and says what changed and what could not.
    ///
    /// - Parameter asideOutput: true where the output is for programs.
    /// - Throws: `CommandFailure` when a file cannot be read or written.
    static func rewrite(_ folder: String, asideOutput: Bool) throws {
        do {
            let rewriting = try CrewRewriting(folder)
            try rewriting.write()
            var lines = rewriting.changes.map { "\($0.file):\($0.line): fixed: \($0.text)" }
            lines += rewriting.refusals.map { item in
                let reason = item.reason.map { " (\($0))" } ?? ""
                return "\(item.file):\(item.line): not fixed: \(item.text)\(reason)"
            }
            if rewriting.changes.isEmpty { lines.append("nothing to fix") }
            for line in lines {
                asideOutput ? StandardStreams.complain(line) : StandardStreams.show("\(line)\n")
            }
        } catch {
            throw CommandFailure("error: \(error.message)", code: ExitCodes.unreadable)
        }
    }
}
