/// Texts that came into a crew's files from outside and are not to be shown.
///
/// What a `${file:PATH}` brought in is one, and what a variable did in a key, a header, a URL, a query
/// or a program's environment. Short texts are none: they would black out half of every sentence.
public struct SecretTexts: Sendable {
    private static let shortest = 6
    private static let places: Set<String> = [
        "api_key", "base_url", "headers", "url", "query", "environment",
    ]
    private var texts: Set<String> = []

    public init() {}

    /// Takes over all texts of others.
    public mutating func add(_ others: SecretTexts) { texts.formUnion(others.texts) }

    /// - Parameter key: at whose place the text stands.
    mutating func add(_ text: EnvironmentText, of key: String) {
        let values = text.fileValues + (Self.places.contains(key) ? text.values : [])
        texts.formUnion(values.filter { $0.count >= Self.shortest })
    }

    /// The text with each secret in it replaced by `<redacted>`.
    public func redacted(_ text: String) -> String {
        // A longer one may hold a shorter one.
        texts.sorted { ($0.count, $0) > ($1.count, $1) }.reduce(text) { shown, secret in
            shown.contains(secret) ? shown.replacing(secret, with: "<redacted>") : shown
        }
    }
}
