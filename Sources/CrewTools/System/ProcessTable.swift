import CrewKit
import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The processes in `/proc`.
enum ProcessTable {
    static var pageSize: UInt64 { UInt64(max(1, sysconf(Int32(_SC_PAGESIZE)))) }

    static func read() async throws -> [ProcessReading] {
        try await BlockingCall.perform {
            let names = try FileManager.default.contentsOfDirectory(atPath: "/proc")
            return names.compactMap { name in
                guard Int(name) != nil else { return nil }
                // A process may end between the listing and the look.
                let text = try? SystemFile.contents(of: "/proc/\(name)/stat")  // see above
                return text.flatMap(ProcessReading.init(stat:))
            }
        }
    }
}
