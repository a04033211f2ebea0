import CrewKit
import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds a program's file before it is started, so that a missing one has a clear error.
enum ProgramSearch {
    /// The full path of a program.
    ///
    /// - Parameters:
    ///   - name: a name to be looked for in `path`, or a path, which starts at `folder`.
    ///   - path: folders with colons between them.
    ///   - folder: absent means the one of this process.
    /// - Throws: `not_found` or `permission`; nothing was started then.
    static func file(
        of name: String, path: String, folder: String?
    ) throws(ToolFailure) -> String {
        let candidates =
            name.contains("/")
            ? [absolute(name, from: folder)]
            : path.split(separator: ":").map { absolute("\($0)/\(name)", from: nil) }
        if let found = candidates.first(where: isExecutable) { return found }
        if candidates.contains(where: { access($0, F_OK) == 0 }) {
            throw ToolFailure(
                .permission, "the program '\(name)' is no file that may be run",
                isWithoutEffect: true)
        }
        throw ToolFailure(
            .notFound, "the program '\(name)' is not installed here", isWithoutEffect: true)
    }

    private static func absolute(_ path: String, from folder: String?) -> String {
        if path.hasPrefix("/") { return path }
        return "\(folder ?? FileManager.default.currentDirectoryPath)/\(path)"
    }

    private static func isExecutable(_ path: String) -> Bool {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return false }
        return access(path, X_OK) == 0
    }
}
