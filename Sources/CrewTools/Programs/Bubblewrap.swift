public import CrewKit

/// The program that keeps a sandboxed command from the rest of the machine.
public enum Bubblewrap {
    /// What keeps sandboxed commands from running on this machine; absent when they can.
    ///
    /// It starts a sandbox, as an installed program may still be forbidden to make one. Takes a
    /// few milliseconds, and five seconds at most.
    public static func problem() async throws(CancellationError) -> CrewError? {
        let trial = Program(
            command: ["true"], workingDirectory: "/", sandbox: .bubblewrap,
            timeLimit: .seconds(5))
        do {
            let report = try await trial.run()
            guard !report.isSuccess else { return nil }
            return CrewError(
                .invalidDefinition,
                "bubblewrap cannot make a sandbox on this machine: \(report.lastWords); allow "
                    + "unprivileged user namespaces, or use sandbox: none")
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return CrewError(.invalidDefinition, ToolFailure(error).message, cause: error)
        }
    }

    /// The command that runs a command in a sandbox, in which only `folder` can be written to.
    ///
    /// `/run` is hidden besides, as sockets in it lead to services that could do anything for the
    /// program. (On NixOS it holds the system's programs, which are shown again.)
    ///
    /// - Parameter command: its program is a name or a full path.
    /// - Throws: `not_found` when bubblewrap is not installed.
    static func command(
        around command: [String], folder: String, path: String
    ) throws(ToolFailure) -> [String] {
        let own: String
        do throws(ToolFailure) {
            own = try ProgramSearch.file(of: "bwrap", path: path, folder: nil)
        } catch {
            throw ToolFailure(
                .notFound,
                "sandbox: bubblewrap needs the program bwrap, which is not installed here",
                hint: "Debian and Ubuntu: apt-get install bubblewrap", action: .askAPerson,
                isWithoutEffect: true)
        }
        var words = [
            own, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp",
            "--tmpfs", "/run", "--ro-bind-try", nixPrograms, nixPrograms,
        ]
        let program = command.first ?? ""
        if ["/tmp/", "/run/"].contains(where: program.hasPrefix) {
            words += ["--ro-bind", program, program]
        }
        if folder != "/" { words += ["--bind", folder, folder] }
        return words + ["--chdir", folder, "--"] + command
    }

    private static let nixPrograms = "/run/current-system"
}
