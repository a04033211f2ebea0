public import CrewKit

/// Takes secrets out of what is written to a cassette: those that are known, and what looks like one.
public struct SecretRedaction: Sendable {
    static let mark = "<redacted>"

    /// A known secret that is shorter would be found in ordinary words.
    private static let shortestSecret = 6

    private let known: [String]

    /// - Parameter secrets: texts that must not be written, whatever they look like.
    public init(_ secrets: some Sequence<Secret> = []) {
        known = Set(secrets.map(\.revealed)).filter { $0.count >= Self.shortestSecret }
            .sorted { $0.count > $1.count }
    }

    func redacted(_ text: String) -> String {
        SecretText.masked(known.reduce(text) { $0.replacing($1, with: Self.mark) }, with: Self.mark)
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
}
