/// A table of prices read out of LiteLLM's file `model_prices_and_context_window.json`.
///
/// The file holds prices of single tokens, some as texts, beside models that are not paid by the
/// token; what cannot be used is left out and counted. Prices of service tiers, of batches and of
/// caches that last longer are not taken.
public struct LiteLLMPrices: Sendable, Hashable {
    public private(set) var table = PriceTable()
    /// Names of entries that were left out, by the reason, in the order of the file.
    public private(set) var skipped: [Reason: [String]] = [:]

    /// Why an entry was left out.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        case explanation = "explain the format"
        case otherKind = "are no language models"
        case noPrice = "name no price of tokens"
        case halfPrice = "name a price of input or output alone"
        case invalid = "cannot be read"
    }

    /// - Parameter asOf: the day of the file, as in `2026-11-20`.
    /// - Throws: `invalidInput` when this is no such file.
    public init(_ json: JSONValue, asOf: String?, source: String?) throws(CrewError) {
        guard let members = json.object else {
            throw CrewError(.invalidInput, "a file of LiteLLM's prices is an object of models")
        }
        var entries: [PriceTable.Entry] = []
        for (name, value) in members {
            switch Self.price(name, value) {
            case .success(let price):
                entries.append(PriceTable.Entry(name, price, asOf: asOf, source: source))
            case .failure(let skip): skipped[skip.reason, default: []].append(name)
            }
        }
        table = PriceTable(entries)
    }

    private struct Skip: Error {
        let reason: Reason
    }

    private static let languageModes: Set = ["chat", "responses", "completion"]

    private static func price(_ name: String, _ value: JSONValue) -> Result<TokenPrice, Skip> {
        if name == "sample_spec" { return .failure(Skip(reason: .explanation)) }
        guard value.object != nil else { return .failure(Skip(reason: .invalid)) }
        if let mode = value["mode"]?.string, !languageModes.contains(mode) {
            return .failure(Skip(reason: .otherKind))
        }
        do {
            return .success(try LiteLLMEntry(value).price())
        } catch {
            return .failure(error)
        }
    }

    /// The prices of one entry, read leniently.
    private struct LiteLLMEntry {
        let json: JSONValue

        init(_ json: JSONValue) { self.json = json }

        func price() throws(Skip) -> TokenPrice {
            var tiers = try listedTiers()
            let first = tiers.first { $0.aboveInputTokens == 0 }
            tiers.removeAll { $0.aboveInputTokens == 0 }
            let input = try perMillion("input_cost_per_token") ?? first?.inputPerMillion
            let output = try perMillion("output_cost_per_token") ?? first?.outputPerMillion
            guard input != nil || output != nil else { throw Skip(reason: .noPrice) }
            guard let input, let output else { throw Skip(reason: .halfPrice) }
            var price = TokenPrice(
                inputPerMillion: input, outputPerMillion: output,
                cachedInputPerMillion: try perMillion("cache_read_input_token_cost")
                    ?? first?.cachedInputPerMillion,
                cacheWritePerMillion: try perMillion("cache_creation_input_token_cost")
                    ?? first?.cacheWritePerMillion,
                reasoningPerMillion: try perMillion("output_cost_per_reasoning_token"))
            tiers += try namedTiers(over: price)
            price.tiers =
                tiers.isEmpty ? nil : tiers.sorted { $0.aboveInputTokens < $1.aboveInputTokens }
            return price
        }

        /// `tiered_pricing: [{range: [from, to], …}]`.
        private func listedTiers() throws(Skip) -> [TokenPrice.Tier] {
            var tiers: [TokenPrice.Tier] = []
            for tier in json["tiered_pricing"]?.array ?? [] {
                guard let from = tier["range"]?.array?.first.flatMap(Self.number), from >= 0,
                    from < 1e12
                else { continue }
                let entry = LiteLLMEntry(tier)
                guard let input = try entry.perMillion("input_cost_per_token"),
                    let output = try entry.perMillion("output_cost_per_token")
                else { continue }
                tiers.append(
                    TokenPrice.Tier(
                        aboveInputTokens: Int(from), inputPerMillion: input,
                        outputPerMillion: output,
                        cachedInputPerMillion: try entry.perMillion("cache_read_input_token_cost"),
                        cacheWritePerMillion: try entry.perMillion(
                            "cache_creation_input_token_cost")))
            }
            return tiers
        }

        /// `input_cost_per_token_above_200k_tokens` and its like, for the whole call.
        private func namedTiers(over price: TokenPrice) throws(Skip) -> [TokenPrice.Tier] {
            var tiers: [TokenPrice.Tier] = []
            for (key, _) in json.object ?? [:] {
                guard
                    let match = key.wholeMatch(
                        of: /input_cost_per_token(_above_(\d{1,6})k_tokens)/),
                    let thousands = Int(match.2),
                    let input = try perMillion(key)
                else { continue }
                let ending = String(match.1)
                tiers.append(
                    TokenPrice.Tier(
                        aboveInputTokens: thousands * 1_000, inputPerMillion: input,
                        outputPerMillion: try perMillion("output_cost_per_token" + ending)
                            ?? price.outputPerMillion,
                        cachedInputPerMillion: try perMillion(
                            "cache_read_input_token_cost" + ending),
                        cacheWritePerMillion: try perMillion(
                            "cache_creation_input_token_cost" + ending)))
            }
            return tiers
        }

        /// US dollars for a million tokens, of a price of one; exact to a millionth of a dollar.
        private func perMillion(_ key: String) throws(Skip) -> Double? {
            guard let value = json[key], !value.isNull else { return nil }
            guard let number = Self.number(value), (0...1).contains(number) else {
                throw Skip(reason: .invalid)
            }
            return (number * 1e12).rounded() / 1e6
        }

        private static func number(_ value: JSONValue) -> Double? {
            let number = value.double ?? value.string.flatMap(Double.init)
            return number.flatMap { $0.isFinite ? $0 : nil }
        }
    }
}
