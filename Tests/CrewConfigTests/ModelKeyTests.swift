import CrewConfig
import CrewKit
import Foundation
import Testing

@Suite("Models, keys and environment")
struct ModelKeyTests {
    private func agent(
        _ text: String, environment: [String: String] = [:]
    ) throws -> (AgentDefinition, [String]) {
        let folder = try CrewFiles([
            "crew.yaml": "agents: [a]", "agents/a.yaml": "id: a\nname: A\n" + text,
        ])
        let agent = try #require(folder.load(environment: environment).definition.agents.first)
        return (agent, try folder.problems(environment: environment))
    }

    @Test("The flat and the nested form give the same reference")
    func forms() throws {
        let flat = try agent(
            "provider: OpenAI\nmodel: m\nprovider_url: http://h/v1\napi_key_env: KEY")
        let nested = try agent(
            "primary:\n  provider: openai\n  model: m\n  base_url: http://h/v1\n"
                + "  api_key_env: KEY")
        #expect(flat.0.primary == nested.0.primary)
        #expect(flat.0.primary.baseURL == "http://h/v1")
        #expect(flat.0.primary.apiKeyVariable == "KEY")
        #expect(flat.1 == [])
        #expect(nested.1 == [])
    }

    @Test("References to the environment are replaced")
    func environment() throws {
        let (agent, problems) = try agent(
            """
            max_tokens: 99
            routing: tools
            primary:
              provider: ${PROVIDER:-ollama}
              model: m
              base_url: "http://${HOST}:${PORT:-1}/v1"
              api_key: ${KEY}
            """, environment: ["HOST": "h", "KEY": "secret"])
        #expect(problems == [])
        #expect(agent.primary.provider == "ollama")
        #expect(agent.primary.baseURL == "http://h:1/v1")
        #expect(agent.primary.apiKey?.revealed == "secret")
        #expect(agent.maxOutputTokens == 99)
        #expect(agent.routing == .tools)
    }

    @Test("A missing variable is named, and its key counts as not given")
    func missingVariable() throws {
        let (agent, problems) = try agent(
            "primary:\n  provider: openai\n  model: m\n  api_key: ${NO_KEY}")
        #expect(problems == ["agents/a.yaml:6:12: warning unknown_variable"])
        #expect(agent.primary.apiKey == nil)
    }

    @Test("A key in a file is warned of and never shown")
    func literalKey() throws {
        let (agent, problems) = try agent(
            "primary: {provider: openai, model: m, api_key: sk-secret}")
        #expect(problems == ["agents/a.yaml:3:48: warning key_in_file"])
        #expect(agent.primary.apiKey?.revealed == "sk-secret")
        #expect(!"\(agent)".contains("sk-secret"))
    }

    @Test("A key where a variable's name belongs is refused without being repeated")
    func keyAsName() throws {
        let folder = try CrewFiles(oneAgent("api_key_env: x"))
        try folder.write(
            "agents/a.yaml",
            .init("id: a\nname: A\nmodel: m\nprovider: openai\napi_key_env: sk-secret".utf8))
        let found = try folder.load().problems(tools: [])
        let told = found.filter { $0.problem.code != "older_key" }
        #expect(told.map { folder.short($0) } == ["agents/a.yaml:5:14: error invalid_name"])
        #expect(!found.map(\.description).joined().contains("sk-secret"))
    }

    @Test("Prompts keep their dollar signs and braces")
    func prompts() throws {
        let (agent, _) = try agent("model: m\nprovider: p\nsystem_prompt: 'Use ${HOME} {{name}}'")
        #expect(agent.systemPrompt == "Use ${HOME} {{name}}")
    }
}
