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
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
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
        return (name, unquoted(parts[1].trimmingCharacters(in: .whitespaces)))
    }

    private static func unquoted(_ value: String) -> String {
        for mark in ["\"", "'"]
        where value.count >= 2 && value.hasPrefix(mark) && value.hasSuffix(mark) {
            return String(value.dropFirst().dropLast())
        }
        guard let comment = value.range(of: " #") else { return value }
        return value[..<comment.lowerBound].trimmingCharacters(in: .whitespaces)
    }
}
