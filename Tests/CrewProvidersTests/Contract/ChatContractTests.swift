import CrewTesting
import Testing

@Suite("Chat wire and the contract", .serialized)
struct ChatContractTests {
    @Test("Keeps the LanguageModel contract", arguments: ModelScene.all)
    func contract(_ scene: ModelScene) async throws {
        try await LanguageModelContract(ChatContractWire(), on: LoopbackServer()).check(scene)
    }
}
