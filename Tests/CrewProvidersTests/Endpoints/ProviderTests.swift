import CrewKit
import Testing

@testable import CrewProviders

@Suite("Providers")
struct ProviderTests {
    static func endpoint(
        _ provider: String, _ environment: [String: String] = [:], baseURL: String? = nil,
        wire: ModelWire? = nil
    ) throws -> ResolvedEndpoint {
        var reference = ModelReference(provider: provider, model: "m", baseURL: baseURL)
        reference.wire = wire
        return try ResolvedEndpoint(
            reference, of: try Provider(named: provider), environment: environment)
    }

    @Test(
        "Each provider is found at its usual address, with its usual key and wire",
        arguments: [
            ("openai", "OPENAI_API_KEY", "https://api.openai.com/v1", .chat),
            ("openrouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1", .chat),
            (
                "gemini", "GEMINI_API_KEY",
                "https://generativelanguage.googleapis.com/v1beta/openai", .chat
            ),
            ("deepseek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/v1", .chat),
            ("anthropic", "ANTHROPIC_API_KEY", "https://api.anthropic.com/v1", .anthropic),
            ("vllm", "VLLM_API_KEY", "http://localhost:8000/v1", .chat),
            ("lmstudio", "LMSTUDIO_API_KEY", "http://localhost:1234/v1", .chat),
            ("llama.cpp", "LLAMA_API_KEY", "http://localhost:8080/v1", .chat),
        ] as [(String, String, String, ModelWire)])
    func usual(provider: String, variable: String, base: String, wire: ModelWire) throws {
        let endpoint = try Self.endpoint(provider, [variable: "k"])
        #expect(endpoint.address.base == base)
        #expect(endpoint.key == Secret("k"))
        #expect(endpoint.wire == wire)
    }

    @Test(
        "A vendor's own service needs a key, which the error names",
        arguments: ["openai", "openrouter", "gemini", "deepseek", "anthropic"])
    func missingKey(provider: String) {
        let error = #expect(throws: CrewError.self) { try Self.endpoint(provider) }
        #expect(error?.code == .modelRejectedKey)
        #expect(error?.message.contains("\(provider.uppercased())_API_KEY") == true)
        #expect(throws: Never.self) {
            try Self.endpoint(provider, baseURL: "http://127.0.0.1:1/v1")
        }
    }

    @Test("A key of one provider goes to no other")
    func otherKey() throws {
        let endpoint = try Self.endpoint("vllm", ["OPENAI_API_KEY": "k", "GEMINI_API_KEY": "g"])
        #expect(endpoint.key == nil)
    }

    @Test("Azure needs an address, and gets its v1 surface")
    func azure() throws {
        let missing = #expect(throws: CrewError.self) { try Self.endpoint("azure") }
        #expect(missing?.message.contains("openai.azure.com") == true)
        let environment = [
            "AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com/",
            "AZURE_OPENAI_API_KEY": "k",
        ]
        let endpoint = try Self.endpoint("azure", environment)
        #expect(endpoint.address.base == "https://mine.openai.azure.com/openai/v1")
        #expect(endpoint.style == .azure)
    }

    @Test("A provider's ways are kept to where its address does not tell them")
    func styles() throws {
        let proxy = "http://127.0.0.1:1/v1"
        #expect(try Self.endpoint("gemini", baseURL: proxy).style == .gemini)
        #expect(try Self.endpoint("openrouter", baseURL: proxy).style == .openRouter)
        #expect(try Self.endpoint("openai", baseURL: proxy).style == .compatible)
        #expect(try Self.endpoint("ollama").wire == .ollama)
        #expect(try Self.endpoint("ollama").address.base == "http://localhost:11434")
        #expect(
            try Self.endpoint("ollama", wire: .chat).address.base == "http://localhost:11434/v1")
    }

    @Test("A wire that a provider does not speak is refused with those that it does")
    func wires() {
        let error = #expect(throws: CrewError.self) {
            try Self.endpoint("gemini", ["GEMINI_API_KEY": "k"], wire: .responses)
        }
        #expect(error?.message.contains("it speaks chat") == true)
        #expect(throws: CrewError.self) { try Self.endpoint("scripted") }
    }

    @Test("A price is the reference's, else the agent's, else the table's; a script is free")
    func prices() async throws {
        var options = ModelEndpoints.Options()
        func price(_ input: Double) -> TokenPrice {
            TokenPrice(inputPerMillion: input, outputPerMillion: 0)
        }
        options.prices = PriceTable([PriceTable.Entry("m", price(3))])
        try await withModelEndpoints(options: options) { endpoints in
            var reference = ModelReference(
                provider: "openai", model: "m", baseURL: "http://127.0.0.1:1")
            let choice = try await endpoints.choose(reference)
            #expect(choice.link().price == price(3))
            #expect(choice.link(price: price(2)).price == price(2))
            let other = try endpoints.replacement(named: "n", for: choice)
            #expect(other.links[0].price == nil)
            reference.price = price(1)
            #expect(
                try await endpoints.choose(reference).link(price: price(2)).price == price(1))
            let script = try await endpoints.choose(
                ModelReference(provider: "scripted", model: "m"),
                script: ModelEndpointsTests.script)
            #expect(script.link(price: price(2)).price == .free)
        }
    }
}
