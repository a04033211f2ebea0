import Foundation

/// What a model's name for people tells: `openai gpt-4o-mini at api.openai.com`.
struct ModelLabel: Sendable, Hashable {
    /// As the conventions call it.
    let provider: String
    let model: String
    let host: String?

    init(_ label: String) {
        let place = label.range(of: " at ", options: .backwards)
        let host = place.map { label[$0.upperBound...] } ?? ""
        self.host = host.isEmpty || host.contains(" ") ? nil : String(host)
        let words =
            (self.host == nil ? label[...] : label[..<(place?.lowerBound ?? label.endIndex)])
            .split(separator: " ", maxSplits: 1)
        guard words.count == 2 else {
            (provider, model) = ("_OTHER", label)
            return
        }
        let first = String(words[0])
        provider = Self.providers[first] ?? first
        model = String(words[1])
    }

    /// Those that the conventions call otherwise than we do.
    private static let providers = [
        "gemini": "gcp.gemini", "azure": "azure.ai.openai",
    ]
}
