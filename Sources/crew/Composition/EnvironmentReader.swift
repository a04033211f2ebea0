import CrewKit
import Foundation

/// Reads settings from the environment and from a `.env` file.
///
/// The environment counts more: a file gives defaults, it does not override what was set.
struct EnvironmentReader {
    let folder: String
    let file: String?

    /// - Throws: `CommandFailure` when a file that was named cannot be read, or a line is not
    ///   `NAME=value`.
    func environment(_ process: [String: String]) throws -> [String: String] {
        if let file { return try variables(in: file).merging(process) { $1 } }
        let usual = ["\(folder)/.env", ".env"]
        guard let found = usual.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            return process
        }
        return try variables(in: found).merging(process) { $1 }
    }

    private func variables(in path: String) throws -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                "\(path): error: this file cannot be read", code: ExitCodes.unreadable)
        }
        guard data.count <= 65_536, let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure(
                "\(path): error: this is not a text file of at most 64 KiB",
                code: ExitCodes.unreadable)
        }
        var variables: [String: String] = [:]
        // A line end of Windows is one character, and another one than "\n".
        let lines = text.split(omittingEmptySubsequences: false) {
            $0 == "\n" || $0 == "\r\n" || $0 == "\r"
        }
        for (index, line) in lines.enumerated() {
            guard let (name, value) = try Self.variable(in: line, place: "\(path):\(index + 1):1")
            else { continue }
            variables[name] = value
        }
        return variables
    }

    /// The assignment on a line; `nil` for a blank line or a comment.
    static func variable(
        in line: Substring, place: String
    ) throws -> (name: String, value: String)? {
        var text = line.trimmingCharacters(in: .whitespaces.union(.newlines))
        guard !text.isEmpty, !text.hasPrefix("#") else { return nil }
        if text.hasPrefix("export ") { text = String(text.dropFirst(7)) }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].trimmingCharacters(in: .whitespaces)
        let isName = !name.isEmpty && name.allSatisfy { $0 == "_" || $0.isLetter || $0.isNumber }
        guard parts.count == 2, isName else {
            throw CommandFailure(
                "\(place): error: a line must be NAME=value", code: ExitCodes.unreadable)
        }
        let value = parts[1].trimmingCharacters(in: .whitespaces)
        guard let mark = value.first, mark == "\"" || mark == "'" else {
            return (name, withoutComment(value))
        }
        guard let quoted = quoted(value.dropFirst(), by: mark) else {
            throw CommandFailure(
                "\(place): error: the quote \(mark) is not closed, or text stands behind it",
                code: ExitCodes.unreadable)
        }
        return (name, quoted)
    }

    /// The text up to the mark behind which nothing but a comment stands.
    private static func quoted(_ text: Substring, by mark: Character) -> String? {
        var rest = text
        while let end = rest.firstIndex(of: mark) {
            rest = rest[text.index(after: end)...]
            let further = rest.drop(while: \.isWhitespace)
            if further.isEmpty || further.first == "#" { return String(text[..<end]) }
        }
        return nil
    }

    private static func withoutComment(_ value: String) -> String {
        guard let comment = value.range(of: " #") else { return value }
        return value[..<comment.lowerBound].trimmingCharacters(in: .whitespaces)
    }
}
