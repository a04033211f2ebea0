import CrewKit

/// Knows by its name what holds a secret, whatever the secret looks like.
enum SecretName {
    /// Shorter values are no secrets that anybody would miss.
    private static let shortest = 6
    /// Every key that the tables of the format know.
    private static let known = Set(
        KeyTable.File.allCases.flatMap { $0.table.withInner() }.flatMap(\.words))

    /// Whether a name of the author's own choice stands for a secret.
    static func isSecret(_ name: String) -> Bool {
        if SecretText.isSecretKey(name) { return true }
        let word = name.lowercased()
        if word.hasSuffix("env") { return false }
        if ["apikey", "password", "passwd", "secret", "token", "credential"].contains(where: {
            word.contains($0)
        }) {
            return true
        }
        return word.split { "_-. ".contains($0) }.contains { part in
            ["key", "pass", "pwd"].contains { part.hasPrefix($0) } && !part.hasPrefix("keyw")
        }
    }

    /// Whether a key that the format does not know stands for a secret.
    static func isUnknownSecret(_ key: String) -> Bool { !known.contains(key) && isSecret(key) }

    /// Where values of `name=value` stand whose names are those of secrets, in order.
    static func values(in line: [Unicode.Scalar]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for index in line.indices where line[index] == "=" {
            var start = index
            while start > 0, isNameLetter(line[start - 1]) { start -= 1 }
            let name = String(String.UnicodeScalarView(line[start..<index]))
            let bare = name.drop { $0 == "-" }
            let isAfterBorder = start == 0 || "?&\"' [,;".unicodeScalars.contains(line[start - 1])
            guard !bare.isEmpty, isAfterBorder, isSecret(String(bare)) else { continue }
            let value = line[(index + 1)...].prefix { !" \t&\"',]}#;".unicodeScalars.contains($0) }
            guard value.count >= shortest, let first = value.first,
                !"${<*=".unicodeScalars.contains(first)
            else { continue }
            found.append(value.startIndex..<value.endIndex)
        }
        return found
    }

    /// Whether a text that is no prose has such a value in it.
    static func isIn(_ text: String) -> Bool {
        guard text.contains("=") else { return false }
        let scalars = Array(text.unicodeScalars)
        let isProse = scalars.contains { $0.properties.isWhitespace }
        return values(in: scalars).contains { value in
            guard isProse else { return true }
            var start = value.lowerBound - 1
            while start > 0, isNameLetter(scalars[start - 1]) { start -= 1 }
            return scalars[start] == "-"
                || start > 0 && "?&".unicodeScalars.contains(scalars[start - 1])
        }
    }

    /// The text without such values, and without what looks like a secret.
    static func masked(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for range in values(in: scalars).reversed() {
            scalars.replaceSubrange(range, with: "***".unicodeScalars)
        }
        return SecretText.masked(String(String.UnicodeScalarView(scalars)))
    }

    private static func isNameLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || "0123456789_-.".unicodeScalars.contains(scalar))
    }
}
