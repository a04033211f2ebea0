/// Knows keys, tokens and passwords by their look, so that nobody shows them or keeps them in a file.
package enum SecretText {
    /// How the keys and tokens of well-known services begin.
    private static let beginnings = [
        "sk-", "sk_", "pk-lf-", "rk_live_", "AIza", "ya29.", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
        "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "xapp-", "AKIA", "ASIA", "hf_", "gsk_",
        "xai-", "npm_", "pypi-", "eyJ",
    ].map { Array($0.unicodeScalars) }
    /// Shorter words only look alike.
    private static let shortestToken = 16

    /// Where something stands in a line that looks like a secret, in order.
    package static func ranges(in line: [Unicode.Scalar]) -> [Range<Int>] {
        guard let key = privateKey(in: line) else { return tokens(in: line) }
        let rest = ranges(in: Array(line[key.upperBound...])).map {
            ($0.lowerBound + key.upperBound)..<($0.upperBound + key.upperBound)
        }
        return tokens(in: Array(line[..<key.lowerBound])) + [key] + rest
    }

    private static func tokens(in line: [Unicode.Scalar]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        var before = ""
        while index < line.count {
            if let password = password(in: line, at: index) {
                found.append(password)
                index = password.upperBound
                continue
            }
            guard isTokenLetter(line[index]) else {
                index += 1
                continue
            }
            let end = line[index...].firstIndex { !isTokenLetter($0) } ?? line.count
            let token = line[index..<end]
            let looksSecret =
                token.count >= shortestToken
                && (before == "bearer" || (before == "basic" && isMixed(token))
                    || beginnings.contains { token.starts(with: $0) })
            if looksSecret { found.append(index..<end) }
            before = end < line.count && line[end] == " " ? word(token) : ""
            index = end
        }
        return found
    }

    /// The text with a mark in place of each part that looks like a secret.
    package static func masked(_ text: String, with mark: String = "***") -> String {
        guard mayHoldSecret(text) else { return text }
        var scalars = Array(text.unicodeScalars)
        let secrets = ranges(in: scalars)
        guard !secrets.isEmpty else { return text }
        for range in secrets.reversed() {
            scalars.replaceSubrange(range, with: mark.unicodeScalars)
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Whether something in the text looks like a secret.
    package static func isIn(_ text: String) -> Bool {
        mayHoldSecret(text) && !ranges(in: Array(text.unicodeScalars)).isEmpty
    }

    /// Whether the values of such a key are secrets, whatever they look like.
    package static func isSecretKey(_ key: String) -> Bool {
        let name = key.lowercased().filter { $0 != "_" && $0 != "-" }
        if name.hasSuffix("env") { return false }
        return name.hasSuffix("apikey") || name.hasSuffix("token") || name.hasSuffix("secret")
            || name.hasSuffix("password") || name.hasSuffix("passwd")
            || name.hasSuffix("authorization") || name.hasSuffix("cookie")
            || name.hasSuffix("privatekey") || name.hasSuffix("secretkey")
            || name.hasSuffix("accesskey") || name.hasSuffix("credentials")
    }

    /// What is shorter is no secret that anybody would miss.
    private static func mayHoldSecret(_ text: String) -> Bool { text.utf8.count >= 8 }

    /// The password of an address whose colon behind the user's name is here: `://user:password@`.
    private static func password(in line: [Unicode.Scalar], at index: Int) -> Range<Int>? {
        guard line[index] == "/", index + 1 < line.count, line[index + 1] == "/", index > 0,
            line[index - 1] == ":"
        else { return nil }
        let rest = line[(index + 2)...].prefix { !" /?#\"'".unicodeScalars.contains($0) }
        guard let at = rest.lastIndex(of: "@"), let colon = rest[..<at].firstIndex(of: ":"),
            colon + 1 < at, line[colon + 1] != "$", line[colon + 1] != "{"
        else { return nil }
        return (colon + 1)..<at
    }

    private static let keyBeginning = Array("-----BEGIN ".unicodeScalars)
    private static let keyMiddle = Array("PRIVATE KEY-----".unicodeScalars)
    private static let keyEnd = Array("-----END ".unicodeScalars)
    private static let dashes = Array("-----".unicodeScalars)

    /// The first private key in PEM, to its last line or to the end of the text.
    private static func privateKey(in line: [Unicode.Scalar]) -> Range<Int>? {
        var next = line.startIndex
        while let start = place(of: keyBeginning, in: line[next...]) {
            next = start + keyBeginning.count
            guard let name = place(of: keyMiddle, in: line[next...].prefix(40)) else { continue }
            let body = line[(name + keyMiddle.count)...]
            guard let last = place(of: keyEnd, in: body),
                let end = place(of: dashes, in: line[(last + keyEnd.count)...])
            else { return start..<line.count }
            return start..<(end + dashes.count)
        }
        return nil
    }

    private static func place(
        of words: [Unicode.Scalar], in text: ArraySlice<Unicode.Scalar>
    ) -> Int? {
        text.indices.first { text[$0] == words[0] && text[$0...].starts(with: words) }
    }

    /// Whether it is no ordinary word: "basic" stands before those too.
    private static func isMixed(_ token: ArraySlice<Unicode.Scalar>) -> Bool {
        token.contains { ("0"..."9").contains($0) || ("A"..."Z").contains($0) }
    }

    private static func word(_ token: ArraySlice<Unicode.Scalar>) -> String {
        token.count > 6 ? "" : String(String.UnicodeScalarView(token)).lowercased()
    }

    private static func isTokenLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", "_", "-", ".": true
        default: false
        }
    }
}
