/// Replaces references in a text: `${NAME}`, `${NAME:-otherwise}` and `${NAME:?what is missing}` by
/// environment variables, `${file:PATH}` by what stands in a file.
struct EnvironmentText {
    /// The text with all references replaced; absent when something is missing.
    private(set) var text: String?
    private(set) var missing: [Missing] = []
    /// What looks like a reference and is none.
    private(set) var malformed: [MalformedReference] = []
    /// Whether there was a reference at all.
    private(set) var hasReferences = false
    /// What took the place of references.
    private(set) var values: [String] = []
    /// What was read from files.
    private(set) var fileValues: [String] = []
    /// The files that were to be read.
    private(set) var files: [String] = []

    /// A reference that leads to nothing.
    enum Missing: Hashable {
        case variable(String)
        /// Of a variable that must be there, with what its author says about it.
        case needed(String, String)
        case file(String, problem: String)
    }

    /// The longest text of a secret file.
    static let maximumFileBytes = 65_536

    /// - Parameter folder: to which paths of files are relative.
    init(_ source: String, variables: [String: String], folder: String = ".") {
        var result = ""
        var rest = source[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            let inner = rest[start.upperBound...]
            guard let end = inner.firstIndex(of: "}"),
                let reference = Reference(inner[..<end])
            else {
                // Not a reference: it stays as it is.
                malformed.append(MalformedReference(inner))
                result += "${"
                rest = inner
                continue
            }
            hasReferences = true
            if inner[..<end].contains("${") {
                malformed.append(MalformedReference(nested: inner[..<end]))
            }
            result += value(of: reference, variables, folder) ?? ""
            rest = inner[inner.index(after: end)...]
        }
        text = missing.isEmpty ? result + rest : nil
    }

    private mutating func value(
        of reference: Reference, _ variables: [String: String], _ folder: String
    ) -> String? {
        switch reference {
        case .variable(let name, let otherwise, let need):
            // As in a shell, an empty text is as good as none where something is to take its place.
            if let value = variables[name],
                !value.isEmpty || (need == nil && otherwise == nil)
            {
                values.append(value)
                return value
            }
            if let otherwise { return otherwise }
            missing.append(need.map { .needed(name, $0) } ?? .variable(name))
            return nil
        case .file(let path):
            let file = path.hasPrefix("/") ? path : "\(folder)/\(path)"
            files.append(file)
            do throws(SourceFile.Failure) {
                let value = try Self.content(file)
                fileValues.append(value)
                return value
            } catch {
                missing.append(.file(path, problem: error.problem))
                return nil
            }
        }
    }

    /// A file's text without the line end that editors put behind it.
    private static func content(_ path: String) throws(SourceFile.Failure) -> String {
        var text = try SourceFile.text(at: path)
        guard text.utf8.count <= maximumFileBytes else {
            throw SourceFile.Failure(problem: "the file is longer than 64 KiB", advice: "")
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        return text
    }

    /// Whether the text can be the name of an environment variable.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}

/// What stands between `${` and `}`.
private enum Reference {
    case variable(String, otherwise: String?, need: String?)
    case file(String)

    /// Absent when it is no reference.
    init?(_ text: Substring) {
        if text.hasPrefix("file:"), text.utf8.count > 5 {
            self = .file(String(text.dropFirst(5)))
            return
        }
        var name = text
        var otherwise: String?
        var need: String?
        if let mark = text.firstRange(of: ":-") {
            name = text[..<mark.lowerBound]
            otherwise = String(text[mark.upperBound...])
        } else if let mark = text.firstRange(of: ":?") {
            name = text[..<mark.lowerBound]
            need = String(text[mark.upperBound...])
        }
        guard EnvironmentText.isName(String(name)) else { return nil }
        self = .variable(String(name), otherwise: otherwise, need: need)
    }
}
