/// What a million tokens cost, in US dollars; zero is free.
///
/// Parts without a price of their own cost what the whole does: cached input what input costs,
/// reasoning what output costs.
public struct TokenPrice: Sendable, Hashable, Codable {
    public var inputPerMillion: Double
    public var outputPerMillion: Double
    public var cachedInputPerMillion: Double?
    public var cacheWritePerMillion: Double?
    public var reasoningPerMillion: Double?
    /// Prices of calls with more input than usual, for all of their tokens.
    public var tiers: [Tier]?

    /// The prices of calls with more than so many tokens of input.
    public struct Tier: Sendable, Hashable, Codable {
        public var aboveInputTokens: Int
        public var inputPerMillion: Double
        public var outputPerMillion: Double
        public var cachedInputPerMillion: Double?
        public var cacheWritePerMillion: Double?

        public init(
            aboveInputTokens: Int, inputPerMillion: Double, outputPerMillion: Double,
            cachedInputPerMillion: Double? = nil, cacheWritePerMillion: Double? = nil
        ) {
            self.aboveInputTokens = aboveInputTokens
            self.inputPerMillion = inputPerMillion
            self.outputPerMillion = outputPerMillion
            self.cachedInputPerMillion = cachedInputPerMillion
            self.cacheWritePerMillion = cacheWritePerMillion
        }
    }

    public static let free = TokenPrice(inputPerMillion: 0, outputPerMillion: 0)

    public init(
        inputPerMillion: Double, outputPerMillion: Double, cachedInputPerMillion: Double? = nil,
        cacheWritePerMillion: Double? = nil, reasoningPerMillion: Double? = nil,
        tiers: [Tier]? = nil
    ) {
        self.inputPerMillion = inputPerMillion
        self.outputPerMillion = outputPerMillion
        self.cachedInputPerMillion = cachedInputPerMillion
        self.cacheWritePerMillion = cacheWritePerMillion
        self.reasoningPerMillion = reasoningPerMillion
        self.tiers = tiers
    }
}

extension Usage {
    /// US dollars at that price, where anything is known.
    public func cost(at price: TokenPrice) -> Double? {
        nanodollars(at: price).map { Double($0) / 1e9 }
    }

    /// Billionths of a US dollar, rounded up; sums of them are exact.
    public func nanodollars(at price: TokenPrice) -> Int? {
        guard totalTokens != nil else { return nil }
        let input = max(0, inputTokens ?? 0)
        let cached = min(max(0, cachedInputTokens ?? 0), input)
        let written = min(max(0, cacheWriteTokens ?? 0), input - cached)
        let output = max(0, outputTokens ?? 0)
        let reasoning = min(max(0, reasoningTokens ?? 0), output)
        let rates = price.rates(forInput: input)
        // Dollars for a million tokens are thousands of billionths for one.
        let sum =
            Double(input - cached - written) * rates.input + Double(cached) * rates.cached
            + Double(written) * rates.written + Double(output - reasoning) * rates.output
            + Double(reasoning) * rates.reasoning
        let nanodollars = (sum * 1000).rounded(.up)
        return nanodollars < Double(Int.max) ? Int(nanodollars) : Int.max
    }
}

extension TokenPrice {
    /// Billionths of a dollar for so many tokens at the dearest they can be: written to a cache, and
    /// reasoned.
    func mostNanodollars(input: Int, output: Int) -> Int {
        let rates = rates(forInput: input)
        let sum =
            Double(max(0, input)) * max(rates.input, rates.written)
            + Double(max(0, output)) * max(rates.output, rates.reasoning)
        let nanodollars = (sum * 1000).rounded(.up)
        return nanodollars < Double(Int.max) ? Int(nanodollars) : Int.max
    }

    fileprivate struct Rates {
        var input, cached, written, output, reasoning: Double
    }

    fileprivate func rates(forInput tokens: Int) -> Rates {
        let tier = (tiers ?? []).filter { tokens > $0.aboveInputTokens }
            .max { $0.aboveInputTokens < $1.aboveInputTokens }
        let input = tier?.inputPerMillion ?? inputPerMillion
        let output = tier?.outputPerMillion ?? outputPerMillion
        let cached = tier == nil ? cachedInputPerMillion : tier?.cachedInputPerMillion
        let written = tier == nil ? cacheWritePerMillion : tier?.cacheWritePerMillion
        return Rates(
            input: input, cached: cached ?? input, written: written ?? input, output: output,
            reasoning: tier == nil ? reasoningPerMillion ?? output : output)
    }
}
