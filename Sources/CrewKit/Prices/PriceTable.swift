/// What models cost, by their names.
///
/// A name is that of a model, such as `gpt-5.4`, or of a model at a provider, such as
/// `azure/gpt-4o`. A model that is in no table has no known price, which is not the same as none.
public struct PriceTable: Sendable, Hashable {
    /// What is known of one model.
    public struct Entry: Sendable, Hashable {
        /// As it is written in the table.
        public var name: String
        public var price: TokenPrice
        /// The day on which the price was looked up, as in `2026-11-20`.
        public var asOf: String?
        /// Where the price is from.
        public var source: String?

        public init(
            _ name: String, _ price: TokenPrice, asOf: String? = nil, source: String? = nil
        ) {
            self.name = name
            self.price = price
            self.asOf = asOf
            self.source = source
        }
    }

    /// By name in small letters.
    private var entriesByName: [String: Entry]

    /// - Parameter entries: of two with the same name the later one counts.
    public init(_ entries: some Sequence<Entry> = []) {
        entriesByName = Dictionary(
            entries.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { $1 })
    }

    public var count: Int { entriesByName.count }

    /// All entries by name.
    public var entries: [Entry] {
        entriesByName.sorted { $0.key < $1.key }.map(\.value)
    }

    /// This table with another one over it, whose entries count before its own.
    public func overlaid(by newer: PriceTable) -> PriceTable {
        var table = self
        table.entriesByName.merge(newer.entriesByName) { $1 }
        return table
    }
}

extension PriceTable {
    /// What a model costs; `nil` where nobody knows.
    ///
    /// What the reference itself says comes first. Servers on this machine cost nothing, nor does a
    /// script. The price of an agent's first model may stand in the agent's own `price` too.
    ///
    /// - Parameter baseURL: the endpoint that is really asked; absent means the provider's usual one.
    public func price(of reference: ModelReference, baseURL: String? = nil) -> TokenPrice? {
        if let price = reference.price { return price }
        let provider = reference.provider.lowercased()
        if provider == "scripted" { return .free }
        let address = baseURL ?? reference.baseURL
        if Self.localProviders.contains(provider), address.map(Self.isLoopback) ?? true {
            return .free
        }
        return entry(for: reference.model, provider: provider)?.price
    }

    /// The entry of a model at a provider: the one of that provider before the one of the model
    /// alone, and a name before the same name without its date.
    public func entry(for model: String, provider: String) -> Entry? {
        let model = model.lowercased()
        var names = [model]
        if provider == "gemini", model.hasPrefix("models/") {
            names.append(String(model.dropFirst("models/".count)))
        }
        // It charges what the model's own provider does, whose name is the first part.
        if provider == "openrouter", let slash = model.firstIndex(of: "/") {
            names.append(String(model[model.index(after: slash)...]))
        }
        names += names.compactMap(Self.withoutDate)
        for name in names {
            if let entry = entriesByName["\(provider)/\(name)"] ?? entriesByName[name] {
                return entry
            }
        }
        return nil
    }

    /// Providers that run on the machine that they are asked on.
    private static let localProviders: Set = ["ollama", "vllm", "llamacpp", "lmstudio"]

    private static func isLoopback(_ address: String) -> Bool {
        let rest = address.firstRange(of: "://").map { address[$0.upperBound...] } ?? address[...]
        let authority = rest.prefix { !"/?#".contains($0) }.lowercased()
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
        let host = place ?? authority[...]
        if host.hasPrefix("[") { return host.prefix { $0 != "]" } == "[::1" }
        let name = host.prefix { $0 != ":" }
        let isNumber = name.allSatisfy { $0.isNumber || $0 == "." }
        return name == "localhost" || (isNumber && name.hasPrefix("127."))
    }

    /// The name without the day of a snapshot, `-2026-03-05` or `-20260305`.
    private static func withoutDate(_ name: String) -> String? {
        guard let match = name.firstMatch(of: /-20\d\d(-?)[01]\d\1[0-3]\d$/), !match.0.isEmpty
        else { return nil }
        return String(name[..<match.range.lowerBound])
    }
}
