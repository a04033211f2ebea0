import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What the operating system says of this process; what it does not say is absent.
struct ProcessFigures: Sendable, Hashable {
    var cpuSeconds: Double?
    var residentBytes: Int?
    var largestResidentBytes: Int?
    var virtualBytes: Int?
    var openDescriptors: Int?
    var maxDescriptors: Int?
    var threads: Int?
    /// Since 1970.
    var startSeconds: Double?

    /// As they are now.
    static func read() -> ProcessFigures {
        var figures = ProcessFigures()
        figures.readUsage()
        var limit = rlimit()
        #if canImport(Glibc)
            let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        #else
            let hasLimit = getrlimit(RLIMIT_NOFILE, &limit) == 0
        #endif
        if hasLimit { figures.maxDescriptors = Int(clamping: limit.rlim_cur) }
        #if canImport(Darwin)
            figures.readTask()
        #else
            figures.readProc()
        #endif
        return figures
    }

    private mutating func readUsage() {
        var usage = rusage()
        #if canImport(Glibc)
            let isKnown = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0
        #else
            let isKnown = getrusage(RUSAGE_SELF, &usage) == 0
        #endif
        guard isKnown else { return }
        cpuSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        #if canImport(Darwin)
            largestResidentBytes = Int(usage.ru_maxrss)
        #else
            largestResidentBytes = Int(usage.ru_maxrss) * 1_024
        #endif
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }
}

#if canImport(Darwin)
    extension ProcessFigures {
        private mutating func readTask() {
            var task = proc_taskallinfo()
            let size = Int32(MemoryLayout<proc_taskallinfo>.size)
            let pid = getpid()
            guard proc_pidinfo(pid, PROC_PIDTASKALLINFO, 0, &task, size) == size else { return }
            residentBytes = Int(clamping: task.ptinfo.pti_resident_size)
            virtualBytes = Int(clamping: task.ptinfo.pti_virtual_size)
            threads = Int(task.ptinfo.pti_threadnum)
            openDescriptors = Int(task.pbsd.pbi_nfiles)
            startSeconds =
                Double(task.pbsd.pbi_start_tvsec) + Double(task.pbsd.pbi_start_tvusec) / 1_000_000
        }
    }
#else
    extension ProcessFigures {
        private mutating func readProc() {
            // The open directory is a descriptor of its own.
            openDescriptors = Self.entries(of: "/proc/self/fd").map { $0 - 1 }
            guard let text = Self.text(of: "/proc/self/stat") else { return }
            read(stat: text, boot: Self.text(of: "/proc/stat").flatMap(Self.bootTime))
        }

        /// - Parameter stat: one line of `/proc/PID/stat`, see proc(5).
        mutating func read(stat: String, boot: Double?) {
            // The second field is a name in brackets that may hold anything.
            guard let end = stat.lastIndex(of: ")") else { return }
            let fields = stat[stat.index(after: end)...].split(separator: " ")
            func field(_ number: Int) -> Int? {
                fields.indices.contains(number - 3) ? Int(fields[number - 3]) : nil
            }
            threads = field(20)
            virtualBytes = field(23)
            residentBytes = field(24).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            if let boot, let start = field(22), ticks > 0 {
                startSeconds = boot + Double(start) / ticks
            }
        }

        static func bootTime(of text: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix("btime ") }
                .flatMap { Double($0.dropFirst("btime ".count)) }
        }

        /// Files of `/proc` have no size: they are read until there is no more.
        private static func text(of path: String) -> String? {
            guard let file = FileHandle(forReadingAtPath: path) else { return nil }
            // What cannot be read is not known.
            guard let bytes = try? file.readToEnd() else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }

        private static func entries(of path: String) -> Int? {
            guard let directory = opendir(path) else { return nil }
            defer { closedir(directory) }
            var count = 0
            while readdir(directory) != nil { count += 1 }
            return count - 2
        }
    }
#endif
