import CrewKit
import Testing

@testable import CrewProviders

@Suite("Models that a run asks for")
struct ReplacementTests {
    private static let environment = [
        "OPENAI_BASE_URL": "http://env:1/v1", "MY_KEY": "k", "OLLAMA_HOST": "box",
    ]

    /// What answers in place of a model that was chosen for this reference.
    private static func name(
        _ text: String, of own: ModelReference,
        script: ScriptDefinition? = ModelEndpointsTests.script
    ) async throws -> String {
        try await withModelEndpoints { endpoints in
            let chosen = try await endpoints.choose(
                own, environment: environment, script: ModelEndpointsTests.script)
            return try endpoints.replacement(
                named: text, for: chosen, environment: environment, script: script
            ).name
        }
    }

    @Test("A name alone is one of the agent's own provider, at the agent's own address")
    func ownProvider() async throws {
        let own = ModelReference(provider: "openai", model: "m", baseURL: "http://own:2/v1")
        #expect(try await Self.name("n", of: own) == "openai n at own:2")
        #expect(try await Self.name("openai/a/b", of: own) == "openai a/b at own:2")
        let ollama = ModelReference(provider: "ollama", model: "m")
        #expect(try await Self.name("n", of: ollama) == "ollama n at box:11434")
    }

    @Test("Another provider is reached at its usual address, without the agent's key")
    func otherProvider() async throws {
        var own = ModelReference(provider: "ollama", model: "m", baseURL: "http://own:2")
        own.apiKeyVariable = "MY_KEY"
        #expect(try await Self.name("openai/n", of: own) == "openai n at env:1")
        own.provider = "openai"
        #expect(try await Self.name("ollama/n", of: own) == "ollama n at box:11434")
    }

    @Test("The script can answer for any agent, where there is one")
    func script() async throws {
        let own = ModelReference(provider: "ollama", model: "m")
        #expect(try await Self.name("scripted", of: own) == "scripted replies")
        let missing = await #expect(throws: CrewError.self) {
            try await Self.name("scripted", of: own, script: nil)
        }
        #expect(missing?.message.contains("script.yaml") == true)
    }

    @Test(
        "What names no model is refused with what to write",
        arguments: [
            ("", "1 to 200 bytes"), (" n", "no blanks"), ("opnai/n", "did you mean 'openai'"),
            ("meta/llama", "openai/meta/llama"), ("ollama/", "ollama/NAME"),
            ("auto/n", "no provider"), (String(repeating: "n", count: 201), "1 to 200 bytes"),
        ])
    func refused(text: String, words: String) async {
        let own = ModelReference(provider: "ollama", model: "m")
        let error = await #expect(throws: CrewError.self) { try await Self.name(text, of: own) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("Where the script answers, a name alone says too little")
    func scriptedAgent() async {
        let own = ModelReference(provider: "scripted", model: "m")
        let error = await #expect(throws: CrewError.self) { try await Self.name("n", of: own) }
        #expect(error?.message.contains("ollama/n") == true)
    }
}
