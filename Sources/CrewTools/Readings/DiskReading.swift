import CrewKit
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The space of one file system.
struct DiskReading: Sendable, Hashable {
    let path: String
    let total: UInt64
    let free: UInt64
    /// What is left for users who are not root.
    let available: UInt64
    let files: UInt64
    let freeFiles: UInt64

    init(
        path: String, total: UInt64, free: UInt64, available: UInt64, files: UInt64,
        freeFiles: UInt64
    ) {
        self.path = path
        self.total = total
        self.free = free
        self.available = available
        self.files = files
        self.freeFiles = freeFiles
    }

    /// Asks the system; blocks while the disk does.
    init(path: String) throws(CrewError) {
        guard !path.utf8.contains(0) else {
            throw CrewError(.toolRejectedArguments, "parameter 'path': must not hold a zero byte")
        }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            let reason = Errno(rawValue: errno)
            throw CrewError(.toolFailed, "the disk of '\(path)' cannot be looked at: \(reason)")
        }
        let size = UInt64(status.f_frsize)
        func bytes(_ blocks: some BinaryInteger) -> UInt64 {
            UInt64(blocks).multipliedReportingOverflow(by: size).partialValue
        }
        self.init(
            path: path, total: bytes(status.f_blocks), free: bytes(status.f_bfree),
            available: bytes(status.f_bavail), files: UInt64(status.f_files),
            freeFiles: UInt64(status.f_ffree))
    }

    private var used: UInt64 { total - min(total, free) }

    /// As `df` counts it: of what users can use.
    var usedPercent: Double {
        let usable = used + available
        return usable == 0 ? 0 : Double(used) / Double(usable) * 100
    }

    var summary: String {
        "Disk of \(path): \(used.inBytes) of \(total.inBytes) in use (\(usedPercent.oneDecimal)%), "
            + "\(available.inBytes) available"
    }

    var details: String {
        guard files > 0 else { return summary }
        let used = files - min(files, freeFiles)
        return "\(summary)\nFiles: \(used) of \(files) in use"
    }
}
