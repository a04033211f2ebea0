import CrewKit
import Testing

@Suite("PriceTable")
struct PriceTableTests {
    private func price(
        _ provider: String, _ model: String, baseURL: String? = nil,
        in table: PriceTable = .bundled
    ) -> TokenPrice? {
        table.price(of: ModelReference(provider: provider, model: model, baseURL: baseURL))
    }

    private static func table(_ inputs: [String: Double]) -> PriceTable {
        PriceTable(
            inputs.map {
                PriceTable.Entry($0.key, TokenPrice(inputPerMillion: $0.value, outputPerMillion: 1))
            })
    }

    @Test("Every row of the bundled table is read, and has its day and its source")
    func bundled() throws {
        #expect(PriceTable.bundled.count == 59)
        #expect(PriceTable.bundled.entries.allSatisfy { $0.asOf?.count == 10 && $0.source != nil })
        #expect(
            PriceTable.bundled.entries.allSatisfy {
                $0.price.outputPerMillion > 0 && $0.price.inputPerMillion > 0
                    && ($0.price.cachedInputPerMillion ?? 0) <= $0.price.inputPerMillion
            })
        #expect(
            price("gemini", "gemini-2.5-pro")
                == TokenPrice(
                    inputPerMillion: 1.25, outputPerMillion: 10, cachedInputPerMillion: 0.125,
                    tiers: [
                        TokenPrice.Tier(
                            aboveInputTokens: 200_000, inputPerMillion: 2.5, outputPerMillion: 15,
                            cachedInputPerMillion: 0.25)
                    ]))
        #expect(price("openai", "gpt-5.4-mini")?.cacheWritePerMillion == nil)
        #expect(price("openai", "deepseek-v4-pro")?.cacheWritePerMillion == 0)
    }

    @Test("A model that is in no table has no known price, which is not none")
    func unknown() {
        #expect(price("openai", "my-own-model") == nil)
        #expect(price("azure", "gpt") == nil)
        #expect(price("auto", "nothing") == nil)
        #expect(price("openai", "") == nil)
    }

    @Test(
        "A snapshot with its day costs what its model does, unless it is in the table itself",
        arguments: [
            ("openai", "gpt-5.4-2026-03-05"), ("openai", "gpt-5.4-20260305"),
            ("openai", "GPT-5.4"), ("openrouter", "openai/gpt-5.4"),
            ("openrouter", "openai/gpt-5.4-2026-03-05"), ("gemini", "models/gpt-5.4"),
        ])
    func spellings(_ provider: String, _ model: String) {
        #expect(price(provider, model)?.inputPerMillion == 2.5)
    }

    @Test(
        "What only looks like a snapshot or a known model is unknown",
        arguments: ["gpt-5.4-1999-03-05", "gpt-5.4-2026-0305", "gpt-5.4-turbo", "x/gpt-5.4"])
    func strangers(_ model: String) {
        #expect(price("openai", model) == nil)
    }

    @Test("A model at its provider comes before the model alone, a name before its undated form")
    func order() {
        let table = Self.table([
            "m": 1, "azure/m": 2, "m-20260101": 3, "openrouter/a/m": 4, "a/m": 5,
        ])
        #expect(price("openai", "m", in: table)?.inputPerMillion == 1)
        #expect(price("azure", "m", in: table)?.inputPerMillion == 2)
        #expect(price("azure", "m-20260101", in: table)?.inputPerMillion == 3)
        #expect(price("azure", "m-2026-01-02", in: table)?.inputPerMillion == 2)
        #expect(price("openrouter", "a/m", in: table)?.inputPerMillion == 4)
        #expect(price("openrouter", "b/m", in: table)?.inputPerMillion == 1)
    }

    @Test(
        "A server on this machine is free, the same program elsewhere is unknown",
        arguments: ["ollama", "vllm", "llamacpp", "lmstudio", "Ollama"])
    func local(_ provider: String) {
        #expect(price(provider, "m") == .free)
        for address in [
            "http://localhost:11434", "http://127.0.0.1/v1", "http://[::1]:8080/v1",
            "http://user@localhost/", "LOCALHOST:1",
        ] {
            #expect(price(provider, "m", baseURL: address) == .free, "\(address)")
        }
        for address in [
            "http://gpu.example:11434", "http://localhost.example/", "http://127.evil.example",
            "http://localhost@gpu.example", "http://[2001:db8::1]/",
        ] {
            #expect(price(provider, "m", baseURL: address) == nil, "\(address)")
        }
        let reference = ModelReference(provider: provider, model: "m")
        #expect(PriceTable.bundled.price(of: reference, baseURL: "http://gpu.example") == nil)
    }

    @Test("A script is free; what a reference says itself counts most, 0 included")
    func own() {
        #expect(price("scripted", "gpt-5.4") == .free)
        var reference = ModelReference(provider: "openai", model: "gpt-5.4")
        reference.price = .free
        #expect(PriceTable.bundled.price(of: reference) == .free)
        reference = ModelReference(provider: "ollama", model: "m")
        reference.price = TokenPrice(inputPerMillion: 1, outputPerMillion: 2)
        #expect(PriceTable.bundled.price(of: reference)?.inputPerMillion == 1)
    }

    @Test("A table over another one counts first and leaves the rest")
    func overlay() {
        let table = Self.table(["a": 1, "b": 2]).overlaid(by: Self.table(["B": 3, "c": 4]))
        #expect(table.entries.map(\.name) == ["a", "B", "c"])
        #expect(table.entries.map(\.price.inputPerMillion) == [1, 3, 4])
    }

    @Test("A table is the same after it was written and read")
    func json() throws {
        let table = PriceTable.bundled
        #expect(try PriceTable(json: try JSONValue(parsing: table.jsonText)) == table)
        #expect(try PriceTable(json: table.json) == table)
        #expect(table.jsonText.split(separator: "\n").count == table.count + 2)
    }

    /// A table, and what is wrong with it.
    static let mistakes = [
        ("{}", "a table of prices has the member 'prices'"),
        ("{\"prices\": []}", "a table of prices has the member 'prices'"),
        ("{\"prices\": {\"m\": 3}}", "price of 'm': it must be an object"),
        (
            "{\"prices\": {\"m\": {\"input_per_million\": 1}}}",
            "price of 'm': 'output_per_million' is missing (0 is free)"
        ),
        (
            "{\"prices\": {\"m\": {\"input_per_million\": -1, \"output_per_million\": 1}}}",
            "price of 'm': input_per_million must be US dollars for a million tokens, 0 to 1000000"
        ),
        (
            "{\"prices\": {\"m\": {\"input_per_milion\": 1, \"output_per_million\": 1}}}",
            "price of 'm': 'input_per_milion' is not a member of a price "
                + "(did you mean 'input_per_million'?)"
        ),
        (
            "{\"prices\": {\"m\": {\"input_per_million\": 1, \"output_per_million\": 1, "
                + "\"tiers\": [{\"above_input_tokens\": 0}]}}}",
            "price of 'm': above_input_tokens must be a whole number above 0"
        ),
    ]

    @Test("A mistake in a table is told with its model", arguments: mistakes)
    func mistake(_ text: String, _ message: String) throws {
        let json = try JSONValue(parsing: text)
        let error = #expect(throws: CrewError.self) { try PriceTable(json: json) }
        #expect(error?.message == message)
    }
}
