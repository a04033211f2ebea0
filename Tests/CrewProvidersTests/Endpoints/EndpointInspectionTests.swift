import CrewKit
import CrewProviders
import Testing

@Suite("Asking endpoints", .timeLimit(.minutes(5)))
struct EndpointInspectionTests {
    private static func found(
        _ steps: [MisbehavingServer.Step], provider: String = "openai", model: String = "mine",
        key: String? = "k"
    ) async throws -> (problem: ReferenceProblem?, request: String) {
        try await MisbehavingServer.run(steps) { server in
            let reference = ModelReference(
                provider: provider, model: model, baseURL: server.url,
                apiKey: key.map { Secret($0) })
            var options = ModelEndpoints.Options()
            options.probe = .seconds(20)
            let problem = try await withModelEndpoints(options: options) {
                try await $0.inspect(reference, environment: [:])
            }
            return (problem, await server.nextRequest())
        }
    }

    private static func list(_ names: String...) -> [MisbehavingServer.Step] {
        let entries = names.map { "{\"id\":\"\($0)\"}" }.joined(separator: ",")
        return .response("200 OK", "{\"data\":[\(entries)]}")
    }

    @Test("An endpoint that lists the model is right, and was only asked for its list")
    func good() async throws {
        let (problem, request) = try await Self.found(Self.list("other", "mine"))
        #expect(problem == nil)
        #expect(request.hasPrefix("GET /v1/models "))
        #expect(request.lowercased().contains("authorization: bearer k"))
    }

    @Test("A model that is not listed is told with the nearest one")
    func missing() async throws {
        let problem = try await Self.found(Self.list("minf", "other")).problem
        #expect(problem?.code == "model_not_found" && problem?.key == "model")
        #expect(problem?.suggestion == "did you mean 'minf'?")
    }

    @Test("A refused key is told, and the key itself is not", arguments: ["401 No", "403 No"])
    func refused(_ status: String) async throws {
        let problem = try await Self.found(.response(status, "{}"), key: "secret-key").problem
        #expect(problem?.code == "rejected_api_key")
        #expect(problem?.message.contains("secret-key") == false)
    }

    @Test("An endpoint without a list may be right; one that says nothing we can read, too")
    func unclear() async throws {
        let none = try await Self.found(.response("404 Not Found", "")).problem
        #expect(none?.code == "endpoint_unclear" && none?.severity == .note)
        #expect(try await Self.found(.response("200 OK", "<html>")).problem == nil)
    }

    @Test("Ollama is asked for its tags, and a name may leave out ':latest'")
    func ollama() async throws {
        let tags = [MisbehavingServer.Step].response(
            "200 OK", "{\"models\":[{\"name\":\"mine:latest\"}]}")
        let (problem, request) = try await Self.found(tags, provider: "ollama", key: nil)
        #expect(problem == nil)
        #expect(request.hasPrefix("GET /api/tags "))
        let absent = try await Self.found(tags, provider: "ollama", model: "llama3.2", key: nil)
        #expect(absent.problem?.code == "model_not_found")
    }

    @Test("Anthropic's list is asked for with its own header")
    func anthropic() async throws {
        let (problem, request) = try await Self.found(Self.list("mine"), provider: "anthropic")
        #expect(problem == nil)
        #expect(request.lowercased().contains("x-api-key: k"))
    }

    @Test("Nobody at the address is told; so is a connection that is closed without an answer")
    func silence() async throws {
        let reference = ModelReference(
            provider: "vllm", model: "m", baseURL: "http://127.0.0.1:1/v1")
        let nobody = try await withModelEndpoints {
            try await $0.inspect(reference, environment: [:])
        }
        #expect(nobody?.code == "endpoint_unreachable" && nobody?.key == "base_url")
        #expect(try await Self.found([.close]).problem?.code == "endpoint_unreachable")
    }

    @Test("What is wrong without asking is told without asking")
    func offline() {
        func code(_ reference: ModelReference, _ environment: [String: String] = [:]) -> String? {
            ReferenceProblem.problem(
                of: reference, environment: environment, hasScript: false)?.code
        }
        #expect(code(ModelReference(provider: "opnai", model: "m")) == "unknown_provider")
        #expect(code(ModelReference(provider: "scripted", model: "m")) == "missing_script")
        #expect(code(ModelReference(provider: "auto", model: "m")) == nil)
        #expect(code(ModelReference(provider: "azure", model: "m")) == "missing_base_url")
        #expect(code(ModelReference(provider: "openai", model: "m")) == "missing_api_key")
        #expect(
            code(ModelReference(provider: "openai", model: "m"), ["OPENAI_API_KEY": "k"]) == nil)
        let bad = ModelReference(provider: "openai", model: "m", baseURL: "example.com")
        #expect(code(bad) == "invalid_base_url")
    }
}
