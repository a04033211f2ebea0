/// Replaces `${NAME}` and `${NAME:-otherwise}` in a text by environment variables.
struct EnvironmentText {
    /// The text with all references replaced; absent when a variable is missing.
    private(set) var text: String?
    private(set) var missing: [String] = []
    /// Whether there was a reference at all.
    private(set) var hasReferences = false

    init(_ source: String, variables: [String: String]) {
        var result = ""
        var rest = source[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            let inner = rest[start.upperBound...]
            guard let end = inner.firstIndex(of: "}"),
                let reference = Self.reference(inner[..<end])
            else {
                // Not a reference: it stays as it is.
                result += "${"
                rest = inner
                continue
            }
            hasReferences = true
            if let value = variables[reference.name] ?? reference.otherwise {
                result += value
            } else {
                missing.append(reference.name)
            }
            rest = inner[inner.index(after: end)...]
        }
        text = missing.isEmpty ? result + rest : nil
    }

    private static func reference(_ text: Substring) -> (name: String, otherwise: String?)? {
        let parts = text.firstRange(of: ":-").map {
            (text[..<$0.lowerBound], String(text[$0.upperBound...]))
        }
        let name = String(parts?.0 ?? text)
        return isName(name) ? (name, parts?.1) : nil
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
