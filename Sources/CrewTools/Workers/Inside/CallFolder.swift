import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The folder in which a worker's calls are made: empty before each.
struct CallFolder: Sendable {
    private let path: String
    private let descriptor: Int32

    /// The folder that this process was started in.
    init() {
        path = FileManager.default.currentDirectoryPath
        let opened = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        descriptor = WorkerPipe.moved(opened)
        close(opened)
    }

    /// Goes back into the folder and empties it; false when it is not as it was before.
    func restore() -> Bool {
        guard fchdir(descriptor) == 0 else { return false }
        guard let folder = opendir(".") else { return false }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        closedir(folder)
        var status = stat()
        // A folder that was removed has no name any more.
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return false }
        for name in names {
            do {
                try FileManager.default.removeItem(atPath: name)
            } catch {
                return false  // the pool removes it with the worker
            }
        }
        return true
    }

    /// Removes it when it is empty; the pool's folder belongs to the pool and its guard.
    func removeIfEmpty() { rmdir(path) }
}
