import FoundationEssentials
import Subprocess
import SystemPackage

#if canImport(Darwin)
    import Darwin
#endif

/// How a worker is started.
package struct WorkerLaunch: Sendable {
    package var executable: String
    package var arguments: [String]
    /// Variables of this process that a worker gets besides the usual ones.
    package var variables: [String]
    /// How long a worker that crashed may take to say where. Its call has failed by then.
    package var lastWordsTime: Duration

    package init(
        executable: String = WorkerLaunch.ownExecutable,
        arguments: [String] = [ToolWorker.argument], variables: [String] = [],
        lastWordsTime: Duration = .seconds(5)
    ) {
        self.executable = executable
        self.arguments = arguments
        self.variables = variables
        self.lastWordsTime = lastWordsTime
    }

    /// This program; on Linux also when its file was replaced meanwhile.
    package static var ownExecutable: String {
        #if os(Linux)
            "/proc/self/exe"
        #else
            Bundle.main.executablePath ?? CommandLine.arguments.first ?? ""
        #endif
    }

    /// Nothing secret among them; the loader's are needed where Swift is not where it usually is.
    private static let usualVariables: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH", "TSAN_OPTIONS", "ASAN_OPTIONS",
    ]

    /// Function names of the thread that died within a quarter of a second; what this process was
    /// told to do itself counts more.
    private static let backtrace =
        "enable=yes,interactive=no,color=no,threads=crashed,registers=none,images=none,"
        + "symbolicate=fast"

    func configuration(
        folder: String, from own: [String: String] = ProcessInfo.processInfo.environment
    ) -> Configuration {
        var environment: [Environment.Key: String] = [:]
        for (name, value) in own
        where Self.usualVariables.contains(name) || name.hasPrefix("LC_")
            || variables.contains(name)
        {
            environment[Environment.Key(stringLiteral: name)] = value
        }
        environment["TMPDIR"] = folder
        environment["SWIFT_BACKTRACE"] = own["SWIFT_BACKTRACE"] ?? Self.backtrace
        var options = PlatformOptions()
        options.createSession = true
        return Configuration(
            executable: .path(FilePath(executable)), arguments: Arguments(arguments),
            environment: .custom(environment), workingDirectory: FilePath(folder),
            platformOptions: options)
    }
}
