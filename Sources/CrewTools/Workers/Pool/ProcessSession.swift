import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The processes that a worker's tools have started, children of children too.
///
/// They have the worker's session unless they asked for one of their own; one that did escapes.
enum ProcessSession {
    /// Ends everything else in the session of a worker, also what has a process group of its own.
    ///
    /// The worker must not have been waited for yet, so that its id is not given to another.
    static func endOthers(of leader: Int32) {
        #if os(Linux)
            // What was started between two looks is found by the next.
            for _ in 0..<4 {
                let others = members(of: leader)
                if others.isEmpty { return }
                for process in others { kill(process, SIGKILL) }
            }
        #endif
    }

    #if os(Linux)
        private static func members(of session: Int32) -> [Int32] {
            guard let folder = opendir("/proc") else { return [] }
            defer { closedir(folder) }
            var found: [Int32] = []
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { strtol($0, nil, 10) }
                }
                guard name > 1, let process = Int32(exactly: name), process != session else {
                    continue
                }
                if isLiving(process, in: session) { found.append(process) }
            }
            return found
        }

        private static func isLiving(_ process: Int32, in session: Int32) -> Bool {
            guard getsid(process) == session else { return false }
            // A process that has ended and is not waited for keeps its session, and cannot be ended.
            let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { return false }
            defer { close(file) }
            return withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
                let count = read(file, buffer.baseAddress, buffer.count)
                guard count > 0 else { return false }
                let text = String(decoding: buffer[..<count], as: UTF8.self)
                guard let name = text.lastIndex(of: ")") else { return false }
                return text[name...].dropFirst(2).first != "Z"
            }
        }
    #endif
}
