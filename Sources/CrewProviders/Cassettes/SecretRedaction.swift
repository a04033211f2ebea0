public import CrewKit

/// Takes secrets out of what is written to a cassette: those that are known, and what looks like one.
public struct SecretRedaction: Sendable {
    static let mark = "<redacted>"

    /// How the keys and tokens of well-known services begin.
    private static let beginnings = [
        "sk-", "sk_", "pk-lf-", "rk_live_", "AIza", "ya29.", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
        "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "xapp-", "AKIA", "ASIA", "hf_", "gsk_",
        "xai-", "npm_", "pypi-", "eyJ",
    ]
    /// Shorter words only look alike.
    private static let shortestToken = 16
    /// A known secret that is shorter would be found in ordinary words.
    private static let shortestSecret = 6

    private let known: [String]

    /// - Parameter secrets: texts that must not be written, whatever they look like.
    public init(_ secrets: some Sequence<Secret> = []) {
        known = Set(secrets.map(\.revealed)).filter { $0.count >= Self.shortestSecret }
            .sorted { $0.count > $1.count }
    }

    func redacted(_ text: String) -> String {
        let text = known.reduce(text) { $0.replacing($1, with: Self.mark) }
        guard
            Self.beginnings.contains(where: text.contains) || text.contains("PRIVATE KEY")
                || text.contains("earer ")
        else { return text }
        return Self.withoutTokens(Self.withoutPrivateKeys(text))
    }

    /// Every text within the value, its keys included, changed by `change` and then redacted.
    func redacted(_ value: JSONValue, _ change: (String) -> String = { $0 }) -> JSONValue {
        switch value {
        case .string(let text): return .string(redacted(change(text)))
        case .array(let elements): return .array(elements.map { redacted($0, change) })
        case .object(let members):
            return .object(
                JSONObject(
                    members.map { (redacted(change($0.key)), redacted($0.value, change)) }))
        default: return value
        }
    }

    private static func withoutPrivateKeys(_ text: String) -> String {
        guard let start = text.firstRange(of: "-----BEGIN "),
            text[start.upperBound...].prefix(40).contains("PRIVATE KEY-----")
        else { return text }
        let end =
            text[start.upperBound...].firstRange(of: "-----END ").flatMap { mark in
                text[mark.upperBound...].firstRange(of: "-----")?.upperBound
            } ?? text.endIndex
        return text[..<start.lowerBound] + mark + withoutPrivateKeys(String(text[end...]))
    }

    private static func withoutTokens(_ text: String) -> String {
        var result = ""
        var token = ""
        var isAfterBearer = false
        func settled() -> String {
            let looksSecret =
                token.utf8.count >= shortestToken
                && (isAfterBearer || beginnings.contains { token.hasPrefix($0) })
            return looksSecret ? mark : token
        }
        for character in text {
            if character.isASCII,
                character.isLetter || character.isNumber || "_-.".contains(character)
            {
                token.append(character)
                continue
            }
            result += settled()
            isAfterBearer = character == " " && token.lowercased() == "bearer"
            token = ""
            result.append(character)
        }
        return result + settled()
    }
}
