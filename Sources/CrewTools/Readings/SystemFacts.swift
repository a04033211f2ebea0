import CrewKit
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What this machine is.
struct SystemFacts: Sendable, Hashable {
    var system: String
    var kernel: String
    var host: String
    var architecture: String
    var uptime: Duration?

    var text: String {
        var lines = [
            "Operating system: \(system)", "Kernel: \(kernel)", "Host name: \(host)",
            "Architecture: \(architecture)",
        ]
        if let uptime { lines.append("Up for: \(Self.words(for: uptime))") }
        return lines.joined(separator: "\n")
    }

    /// Asks the system.
    static func read() throws -> SystemFacts {
        var names = utsname()
        guard uname(&names) == 0 else {
            throw CrewError(.toolFailed, "the system does not tell its name")
        }
        let kernel = "\(string(&names.sysname)) \(string(&names.release))"
        var facts = SystemFacts(
            system: kernel, kernel: kernel, host: string(&names.nodename),
            architecture: string(&names.machine))
        #if os(Linux)
            // Both files may be absent in small containers; the rest is still worth telling.
            let release = try? SystemFile.contents(of: "/etc/os-release")  // see above
            facts.system = release.flatMap(prettyName) ?? facts.system
            let uptime = try? SystemFile.contents(of: "/proc/uptime")  // see above
            facts.uptime = uptime.flatMap(Self.uptime)
        #endif
        return facts
    }

    /// The name in `/etc/os-release`.
    static func prettyName(osRelease text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
            .map { $0.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } }
    }

    /// The first number of `/proc/uptime`, in seconds.
    static func uptime(_ text: String) -> Duration? {
        text.split(separator: " ").first.flatMap { Double($0) }
            .flatMap { $0.isFinite && $0 >= 0 && $0 < 1e10 ? .seconds($0) : nil }
    }

    static func words(for time: Duration) -> String {
        let minutes = time.components.seconds / 60
        return "\(minutes / 1440) d \(minutes / 60 % 24) h \(minutes % 60) min"
    }

    private static func string<Characters>(_ characters: inout Characters) -> String {
        withUnsafeBytes(of: &characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
