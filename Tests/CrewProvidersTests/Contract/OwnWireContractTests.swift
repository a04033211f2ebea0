import CrewTesting
import Testing

@Suite("Messages wire and the contract", .serialized)
struct AnthropicContractTests {
    @Test("Keeps the LanguageModel contract", arguments: ModelScene.all)
    func contract(_ scene: ModelScene) async throws {
        try await LanguageModelContract(AnthropicContractWire(), on: LoopbackServer()).check(scene)
    }
}

@Suite("Ollama's wire and the contract", .serialized)
struct OllamaContractTests {
    @Test("Keeps the LanguageModel contract", arguments: ModelScene.all)
    func contract(_ scene: ModelScene) async throws {
        try await LanguageModelContract(OllamaContractWire(), on: LoopbackServer()).check(scene)
    }
}
