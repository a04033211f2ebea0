extension PriceTable {
    /// The table that comes with the engine, for the models that are asked most.
    ///
    /// Prices change weekly: `crew prices import` lays a newer table over it.
    public static let bundled = PriceTable(
        rows.split(separator: "\n").compactMap(BundledRow.init).map(\.entry))

    private static let asOf = "2026-11-20"
    private static let source = "litellm 1.109.1"

    /// US dollars for a million tokens of input, cached input, input put into a cache, and output;
    /// then the same for calls with more tokens of input than the number behind `>`.
    private static let rows = """
        gpt-6-astra                  10      1   12.5     50  >272000    20     2    25    75
        gpt-6.1-sol                   2    0.1    2.5     10  >272000     4   0.2     5    15
        gpt-6-sol                     2    0.2    2.5     10  >272000     4   0.4     5    15
        gpt-6.1-terra                 1   0.05   1.25      5  >272000     2   0.1   2.5   7.5
        gpt-6-luna                  0.1   0.01  0.125    0.5  >272000   0.2  0.02  0.25  0.75
        gpt-5.6                       4    0.4      5     20  >272000     8   0.8    10    30
        gpt-5.6-sol                   4    0.4      5     20  >272000     8   0.8    10    30
        gpt-5.6-terra                 2    0.2    2.5     12  >272000     4   0.4     5    18
        gpt-5.6-luna                0.2   0.02   0.25    1.2  >272000   0.4  0.04   0.5   1.8
        gpt-5.5                       5    0.5      -     30  >272000    10     1     -    45
        gpt-5.4                     2.5   0.25      -     15  >272000     5   0.5     -  22.5
        gpt-5.4-mini               0.75  0.075      -    4.5
        gpt-5.4-nano                0.2   0.02      -   1.25
        gpt-5.4-pro                  30      -      -    180  >272000    60     -     -   270
        gpt-5.2                    1.75  0.175      -     14
        gpt-5                      1.25  0.125      -     10
        gpt-5-mini                 0.25  0.025      -      2
        gpt-5-nano                 0.05  0.005      -    0.4
        gpt-4.1                       2    0.5      -      8
        gpt-4.1-mini                0.4    0.1      -    1.6
        gpt-4.1-nano                0.1  0.025      -    0.4
        gpt-4o                      2.5   1.25      -     10
        gpt-4o-mini                0.15  0.075      -    0.6
        o1                           15    7.5      -     60
        o3                            2    0.5      -      8
        o4-mini                     1.1  0.275      -    4.4
        claude-opus-5-5               4    0.2      5     20
        claude-opus-5                 5    0.5   6.25     25
        claude-opus-4-8               5    0.5   6.25     25
        claude-opus-4-7               5    0.5   6.25     25
        claude-opus-4-6               5    0.5   6.25     25
        claude-opus-4-5               5    0.5   6.25     25
        claude-sonnet-5-5             2    0.1    2.5     10
        claude-sonnet-5               2    0.2    2.5     10
        claude-sonnet-4-6             3    0.3   3.75     15
        claude-sonnet-4-5             3    0.3   3.75     15
        claude-haiku-5-5            0.1   0.01  0.125    0.5  >100000   0.5  0.05 0.625   2.5
        claude-haiku-4-5              1    0.1   1.25      5
        claude-fable-5-1             10   0.25   12.5     50
        claude-fable-5               10      1   12.5     50
        claude-mythos-5-1            10   0.25   12.5     50
        claude-mythos-5              10      1   12.5     50
        gemini-4-argon                2    0.1      -     10
        gemini-3.8-flash           0.75  0.075      -   3.75
        gemini-3.7-flash           0.75  0.075      -   3.75
        gemini-3.6-flash           0.75  0.075      -   3.75
        gemini-3.5-flash            1.5   0.15      -      9
        gemini-3.5-flash-lite       0.3   0.03      -    2.5
        gemini-3.1-pro-preview        2    0.2      -     12  >200000     4   0.4     -    18
        gemini-3-flash-preview      0.5   0.05      -      3
        gemini-2.5-pro             1.25  0.125      -     10  >200000   2.5  0.25     -    15
        gemini-2.5-flash            0.3   0.03      -    2.5
        gemini-2.5-flash-lite       0.1   0.01      -    0.4
        deepseek-v4-pro            1.32  0.044      0   3.96
        deepseek-v4-flash           0.3  0.006      0    1.2
        mistral-large-latest        0.5   0.05      -    1.5
        mistral-medium-latest       1.5   0.15      -    7.5
        mistral-small-latest       0.15  0.015      -    0.6
        grok-4.20                  1.25    0.2      -    2.5  >200000   2.5   0.4     -     5
        """

    private struct BundledRow {
        let entry: Entry

        /// Absent for a line that is no row, which a test would tell.
        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard let name = words.first,
                let base = BundledRates(words.dropFirst().prefix { !$0.hasPrefix(">") })
            else { return nil }
            var price = TokenPrice(
                inputPerMillion: base.input, outputPerMillion: base.output,
                cachedInputPerMillion: base.cached, cacheWritePerMillion: base.written)
            if let mark = words.firstIndex(where: { $0.hasPrefix(">") }) {
                guard let above = Int(words[mark].dropFirst()),
                    let rates = BundledRates(words[words.index(after: mark)...])
                else { return nil }
                price.tiers = [
                    TokenPrice.Tier(
                        aboveInputTokens: above, inputPerMillion: rates.input,
                        outputPerMillion: rates.output, cachedInputPerMillion: rates.cached,
                        cacheWritePerMillion: rates.written)
                ]
            }
            entry = Entry(String(name), price, asOf: PriceTable.asOf, source: PriceTable.source)
        }
    }

    private struct BundledRates {
        let input, output: Double
        let cached, written: Double?

        init?(_ words: ArraySlice<Substring>) {
            let words = Array(words)
            guard words.count == 4, let input = Double(words[0]), let output = Double(words[3])
            else { return nil }
            self.input = input
            self.output = output
            cached = Double(words[1])
            written = Double(words[2])
        }
    }
}
