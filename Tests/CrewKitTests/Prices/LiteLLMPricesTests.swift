import CrewKit
import Testing

@Suite("LiteLLMPrices")
struct LiteLLMPricesTests {
    /// Ten entries in the shapes that the file has.
    static let slice = """
        {
          "sample_spec": {"input_cost_per_token": 0.0, "mode": "one of chat, embedding, …"},
          "gpt-4o-mini": {"litellm_provider": "openai", "mode": "chat", "max_tokens": 16384.0,
            "input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-07,
            "cache_read_input_token_cost": 7.5e-08, "input_cost_per_token_batches": 7.5e-08},
          "gemini/pro": {"mode": "chat",
            "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05,
            "cache_creation_input_token_cost": 0, "cache_creation_input_token_cost_above_1hr": 3e-06,
            "input_cost_per_token_above_200k_tokens": 2.5e-06,
            "output_cost_per_token_above_200k_tokens": 1.5e-05,
            "cache_read_input_token_cost_above_200k_tokens": 2.5e-07,
            "input_cost_per_token_above_200k_tokens_priority": 9e-06},
          "dashscope/qwen-flash": {"mode": "chat", "tiered_pricing": [
            {"range": [0, 256000.0], "input_cost_per_token": 5e-08, "output_cost_per_token": 4e-07},
            {"range": [256000.0, 1000000.0], "input_cost_per_token": 2.5e-07,
             "output_cost_per_token": 2e-06}]},
          "text/numbers": {"mode": "responses",
            "input_cost_per_token": "0.000002", "output_cost_per_token": "8e-06",
            "output_cost_per_reasoning_token": "3e-06", "max_tokens": "100"},
          "ollama/llama3": {"mode": "completion",
            "input_cost_per_token": 0, "output_cost_per_token": 0.0},
          "embedder": {"mode": "embedding", "input_cost_per_token": 1e-07,
            "output_cost_per_token": 0},
          "speaker": {"mode": "chat", "output_cost_per_second": 0.01},
          "half": {"mode": "chat", "input_cost_per_token": 1e-06},
          "broken": {"mode": "chat", "input_cost_per_token": "cheap",
            "output_cost_per_token": 1e-06}
        }
        """

    private func prices() throws -> LiteLLMPrices {
        try LiteLLMPrices(
            JSONValue(parsing: Self.slice), asOf: "2026-11-20", source: "a test")
    }

    @Test("Prices of tokens become prices of a million, absent ones stay absent")
    func taken() throws {
        let table = try prices().table
        #expect(
            table.entries.map(\.name) == [
                "dashscope/qwen-flash", "gemini/pro", "gpt-4o-mini", "ollama/llama3",
                "text/numbers",
            ])
        #expect(
            table.entry(for: "gpt-4o-mini", provider: "openai")
                == PriceTable.Entry(
                    "gpt-4o-mini",
                    TokenPrice(
                        inputPerMillion: 0.15, outputPerMillion: 0.6, cachedInputPerMillion: 0.075),
                    asOf: "2026-11-20", source: "a test"))
        #expect(
            table.entry(for: "numbers", provider: "text")?.price
                == TokenPrice(inputPerMillion: 2, outputPerMillion: 8, reasoningPerMillion: 3))
        #expect(table.entry(for: "llama3", provider: "ollama")?.price == .free)
    }

    @Test("Prices above a number of tokens are tiers, whichever way they are written")
    func tiers() throws {
        let table = try prices().table
        #expect(
            table.entry(for: "pro", provider: "gemini")?.price
                == TokenPrice(
                    inputPerMillion: 1.25, outputPerMillion: 10, cacheWritePerMillion: 0,
                    tiers: [
                        TokenPrice.Tier(
                            aboveInputTokens: 200_000, inputPerMillion: 2.5, outputPerMillion: 15,
                            cachedInputPerMillion: 0.25)
                    ]))
        #expect(
            table.entry(for: "qwen-flash", provider: "dashscope")?.price
                == TokenPrice(
                    inputPerMillion: 0.05, outputPerMillion: 0.4,
                    tiers: [
                        TokenPrice.Tier(
                            aboveInputTokens: 256_000, inputPerMillion: 0.25, outputPerMillion: 2)
                    ]))
    }

    @Test("What cannot be used is left out and counted by its reason")
    func skipped() throws {
        #expect(
            try prices().skipped == [
                .explanation: ["sample_spec"], .otherKind: ["embedder"], .noPrice: ["speaker"],
                .halfPrice: ["half"], .invalid: ["broken"],
            ])
    }

    @Test("A model that the file does not have stays unknown")
    func unknown() throws {
        let table = try prices().table
        #expect(table.price(of: ModelReference(provider: "openai", model: "speaker")) == nil)
        #expect(table.price(of: ModelReference(provider: "openai", model: "half")) == nil)
    }

    @Test("Anything but an object of models is refused", arguments: ["[]", "3", "\"x\""])
    func refused(_ text: String) throws {
        let json = try JSONValue(parsing: text)
        #expect(throws: CrewError.self) { try LiteLLMPrices(json, asOf: nil, source: nil) }
    }
}
