import CrewTesting
import Testing

@Suite("Responses wire and the contract", .serialized)
struct ResponsesContractTests {
    @Test("Keeps the LanguageModel contract", arguments: ModelScene.all)
    func contract(_ scene: ModelScene) async throws {
        try await LanguageModelContract(ResponsesContractWire(), on: LoopbackServer()).check(scene)
    }
}
