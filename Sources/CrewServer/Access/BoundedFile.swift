import CrewKit
import Foundation

/// Reads a file that has to be small.
enum BoundedFile {
    /// - Throws: `invalidInput` for one that is not there, too large, or no text.
    static func text(at path: String, atMost limit: Int) throws(CrewError) -> String {
        let bytes: Data
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }  // it was only read
            bytes = try file.read(upToCount: limit + 1) ?? Data()
        } catch {
            throw CrewError(.invalidInput, "\(path) cannot be read", cause: error)
        }
        guard bytes.count <= limit else {
            throw CrewError(.invalidInput, "\(path) has more than \(limit) bytes")
        }
        guard let text = String(bytes: bytes, encoding: .utf8) else {
            throw CrewError(.invalidInput, "\(path) is not UTF-8")
        }
        return text
    }
}
