import Foundation

/// Reads text files from disk without ever waiting or filling memory.
enum SourceFile {
    static let maximumBytes = 1_048_576

    /// What is read in place of files, by path: texts that may be written later.
    @TaskLocal static var drafts: [String: [UInt8]] = [:]

    /// Why a file could not be read, in words that follow its name.
    struct Failure: Error {
        var problem: String
        var advice: String
        /// Whether there is nothing of that name at all.
        var isMissing = false
        /// Whether it is a folder, a pipe or the like.
        var isNoFile = false
        var position = SourcePosition.start
    }

    /// The file's YAML.
    static func document(at path: String) throws(Failure) -> YAMLDocument {
        let text = try text(at: path)
        do throws(YAMLSyntaxError) {
            return try YAMLDocument.parse(text)
        } catch {
            throw Failure(
                problem: error.problem, advice: error.advice, position: error.position)
        }
    }

    /// The text of a regular file, without a byte-order mark.
    static func text(at path: String) throws(Failure) -> String {
        let bytes = try bytes(at: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                problem: "the file is not UTF-8 text", advice: "save it with the encoding UTF-8",
                position: SourcePosition(line: firstInvalidLine(of: bytes), column: 1))
        }
        guard text.unicodeScalars.first == "\u{FEFF}" else { return text }
        return String(text.unicodeScalars.dropFirst())
    }

    static func bytes(at path: String) throws(Failure) -> [UInt8] {
        if let draft = drafts[path] { return draft }
        // Not blocking, or a pipe of that name would make us wait for a writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(
                problem: "this is not a file", advice: "put a YAML file here, or rename this",
                isNoFile: true)
        }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let more = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw failure(errno) }
            guard more > 0 else { return Array(bytes[..<count]) }
            count += more
        }
        throw Failure(
            problem: "the file is larger than \(maximumBytes) bytes", advice: "make it smaller")
    }

    static func failure(_ code: Int32) -> Failure {
        switch code {
        case ENOENT, ENOTDIR:
            Failure(problem: "there is no such file", advice: "create it", isMissing: true)
        case EACCES, EPERM:
            Failure(problem: "the file may not be read", advice: "give yourself read permission")
        case ELOOP:
            Failure(
                problem: "symbolic links lead in a circle here", advice: "replace the link")
        default:
            Failure(
                problem: "the file cannot be read: \(String(cString: strerror(code)))",
                advice: "check the disk")
        }
    }

    private static func firstInvalidLine(of bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
        return (index ?? 0) + 1
    }
}
