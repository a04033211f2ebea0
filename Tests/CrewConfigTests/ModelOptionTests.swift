import CrewConfig
import CrewKit
import Testing

@Suite("Options of models in files")
struct ModelOptionTests {
    private func agent(
        _ text: String, environment: [String: String] = [:]
    ) throws -> AgentDefinition {
        let folder = try CrewFiles([
            "crew.yaml": "agents: [a]", "agents/a.yaml": "id: a\nname: A\n" + text,
        ])
        #expect(try folder.problems(environment: environment) == [])
        return try #require(folder.load(environment: environment).definition.agents.first)
    }

    @Test("Every key of a model is read")
    func everyKey() throws {
        let agent = try agent(
            """
            primary:
              provider: ollama
              model: m
              wire: ollama
              reasoning_effort: low
              thinks: yes
              thinking_tokens: 2048
              num_ctx: 8192
              keep_alive: 10m
              replay_reasoning: true
              body: {seed: 7, options: {top_k: 3}}
              headers: {X-Team: "${TEAM}"}
              limits:
                concurrent_calls: 2
                calls_per_minute: 30
                tokens_per_minute: 90000
                breaker_failures: 0
                breaker_pause_seconds: 1.5
              hedge_after_seconds: 2.5
              price:
                input_per_million: 1.25
                output_per_million: 10
                cached_input_per_million: 0.125
                cache_write_per_million: 1.5
                reasoning_per_million: 0
            """, environment: ["TEAM": "blue"])
        var expected = ModelReference(provider: "ollama", model: "m")
        expected.wire = .ollama
        expected.options.reasoningEffort = "low"
        expected.options.thinks = true
        expected.options.thinkingTokens = 2_048
        expected.options.contextTokens = 8_192
        expected.options.keepAlive = "10m"
        expected.options.replaysReasoning = true
        expected.options.body = ["seed": 7, "options": ["top_k": 3]]
        expected.options.headers = ["X-Team": "blue"]
        expected.limits = EndpointLimits(
            concurrentCalls: 2, callsPerMinute: 30, tokensPerMinute: 90_000, breakerFailures: 0,
            breakerPause: .milliseconds(1_500))
        expected.hedgeAfter = .milliseconds(2_500)
        expected.price = TokenPrice(
            inputPerMillion: 1.25, outputPerMillion: 10, cachedInputPerMillion: 0.125,
            cacheWritePerMillion: 1.5, reasoningPerMillion: 0)
        #expect(agent.primary == expected)
    }

    @Test("The backup comes before the fallbacks, each with its conditions")
    func fallbacks() throws {
        let agent = try agent(
            """
            primary: {provider: openai, model: a}
            fallbacks:
              - {provider: OpenRouter, model: c, on: [on_rate_limit, on_timeout]}
              - {provider: ollama, model: d, context_tokens: 4096, on: [on_context_overflow]}
              - {provider: ollama, model: e}
            backup: {provider: gemini, model: b, thinks: false}
            """)
        #expect(agent.fallbacks.map(\.reference.model) == ["b", "c", "d", "e"])
        #expect(agent.fallbacks.first?.reference.options.thinks == false)
        #expect(
            agent.fallbacks.map(\.reference.provider) == [
                "gemini", "openrouter", "ollama", "ollama",
            ])
        #expect(
            agent.fallbacks.map(\.conditions) == [
                [], [.onRateLimit, .onTimeout], [.onContextOverflow], [],
            ])
        #expect(agent.fallbacks[2].reference.options.contextTokens == 4_096)
    }

    @Test("A schema of replies is taken as it is written, and is one of an object")
    func schema() throws {
        let agent = try agent(
            """
            primary: {provider: openai, model: a}
            routing: schema
            response_schema:
              properties:
                city: {type: string, enum: [Rom, "1"]}
              required: [city]
            """)
        #expect(agent.routing == .schema)
        #expect(
            agent.responseSchema == [
                "properties": ["city": ["type": "string", "enum": ["Rom", "1"]]],
                "required": ["city"], "type": "object",
            ])
    }

    @Test("A header's text is never shown")
    func secretHeader() throws {
        let folder = try CrewFiles(
            oneAgent("backup: {provider: p, model: m, headers: {'X Key': sk-secret}}"))
        let found = try folder.load().problems(tools: [])
        #expect(found.map(\.problem.code) == ["invalid_header", "secret_in_file"])
        #expect(!found.map(\.description).joined().contains("sk-secret"))
    }
}
