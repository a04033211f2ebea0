import Foundation

extension SourceFile {
    /// Whether a file, links followed, lies in a folder.
    static func isFile(_ path: String, in folder: String) -> Bool {
        guard let file = realPath(path), let root = realPath(folder) else { return false }
        return file.hasPrefix(root == "/" ? root : root + "/")
    }

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Puts other bytes in the place of a file, all of them or none; its mode stays, and so does a
    /// link to it.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        var status = stat()
        guard stat(target, &status) == 0 else { throw failure(errno) }
        // A name of its own: a draft that was left over by a crash is not in the way.
        var name = "\(target).crew-fix-XXXXXX".utf8CString.map { $0 }
        let descriptor = mkstemp(&name)
        let draft = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard descriptor >= 0 else {
            throw Failure(
                problem: "\(draft) cannot be made: \(String(cString: strerror(errno)))",
                advice: "see that the folder may be written")
        }
        guard write(bytes, to: descriptor), fchmod(descriptor, status.st_mode & 0o7777) == 0,
            fsync(descriptor) == 0
        else { throw abandoned(draft, descriptor) }
        close(descriptor)
        guard rename(draft, target) == 0 else { throw abandoned(draft, nil) }
    }

    /// Whether anybody has write permission; who runs as root always may, and should not.
    static func mayBeWritten(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return true }
        return status.st_mode & 0o222 != 0 && access(path, W_OK) == 0
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var count = 0
        while count < bytes.count {
            let more = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { return false }
            count += more
        }
        return true
    }

    private static func abandoned(_ draft: String, _ descriptor: Int32?) -> Failure {
        let reason = String(cString: strerror(errno))
        if let descriptor { close(descriptor) }
        unlink(draft)
        return Failure(
            problem: "the file cannot be written: \(reason)", advice: "check the disk")
    }
}
