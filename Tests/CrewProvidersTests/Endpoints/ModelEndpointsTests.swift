import CrewKit
import Testing

@testable import CrewProviders

@Suite("Model endpoints", .timeLimit(.minutes(5)))
struct ModelEndpointsTests {
    static let script = ScriptDefinition(rules: [
        ScriptRule(reply: ScriptReply(text: "from the script"))
    ])

    static func name(
        _ reference: ModelReference, _ environment: [String: String] = [:]
    ) async throws -> String {
        try await withModelEndpoints { endpoints in
            try endpoints.model(for: reference, environment: environment, script: Self.script).name
        }
    }

    static func failure(
        _ reference: ModelReference, _ environment: [String: String] = [:]
    ) async -> CrewError? {
        await #expect(throws: CrewError.self) { try await name(reference, environment) }
    }

    // MARK: Providers

    @Test(
        "OpenAI's address comes from the reference, else the environment, else it is OpenAI's own")
    func openAI() async throws {
        let environment = ["OPENAI_BASE_URL": "http://env:1/v1/", "OPENAI_API_KEY": "k"]
        var reference = ModelReference(provider: "openai", model: "m")
        #expect(try await Self.name(reference, environment) == "openai m at env:1")
        #expect(
            try await Self.name(reference, ["OPENAI_API_KEY": "k"]) == "openai m at api.openai.com")
        reference.baseURL = "https://user:pass@written/v1/chat/completions"
        reference.provider = "OpenAI-compatible"
        #expect(try await Self.name(reference, environment) == "openai m at written")
    }

    @Test("OpenAI needs a key, other endpoints do not, and a key that is named must be there")
    func keys() async throws {
        var reference = ModelReference(provider: "openai", model: "m")
        let missing = await Self.failure(reference)
        #expect(missing?.code == .modelRejectedKey)
        #expect(missing?.message.contains("OPENAI_API_KEY") == true)
        reference.apiKeyVariable = "MY_KEY"
        #expect(await Self.failure(reference)?.message.contains("MY_KEY") == true)
        #expect(try await Self.name(reference, ["MY_KEY": "k"]).hasPrefix("openai"))
        reference.apiKey = Secret("line\nbreak")
        #expect(await Self.failure(reference)?.message.contains("line\nbreak") == false)
        reference = ModelReference(provider: "openai", model: "m", baseURL: "http://localhost:1/v1")
        #expect(try await Self.name(reference) == "openai m at localhost:1")
    }

    @Test("The key is sent, and nothing when there is none")
    func authorization() async throws {
        let steps = [MisbehavingServer.Step].response("500 x", "")
        for (key, line) in [("k-1 ", "authorization: Bearer k-1\r\n"), (nil, nil)]
            as [(String?, String?)]
        {
            try await MisbehavingServer.run(steps) { server in
                _ = try? await OpenAIChatModelTests.reply(server, key: key)
                let request = await server.nextRequest().lowercased()
                #expect(request.hasPrefix("post /v1/chat/completions http/1.1\r\n"))
                #expect(request.contains(line?.lowercased() ?? "authorization") == (line != nil))
            }
        }
    }

    @Test(
        "Ollama's address is understood in every common spelling",
        arguments: [
            (nil, [:], "localhost:11434"), ("box", [:], "box:11434"),
            ("http://box:1/v1/", [:], "box:1"), ("https://box/api", [:], "box"),
            (nil, ["OLLAMA_URL": "box:2"], "box:2"),
            (nil, ["OLLAMA_HOST": "0.0.0.0"], "127.0.0.1:11434"),
            (nil, ["OLLAMA_HOST": ":3"], "localhost:3"), ("[::1]", [:], "[::1]:11434"),
            ("[::1]:5", [:], "[::1]:5"),
        ] as [(String?, [String: String], String)])
    func ollama(written: String?, environment: [String: String], host: String) async throws {
        let address = try EndpointAddress(ollama: written, environment: environment)
        #expect(address.host == host)
        #expect(address.base.hasSuffix("/v1"))
        let reference = ModelReference(provider: "ollama", model: "m", baseURL: written)
        #expect(try await Self.name(reference, environment) == "ollama m at \(host)")
    }

    @Test(
        "A base URL that cannot be one is refused",
        arguments: ["", "box", "ftp://x", "http://", "http://:80/v1"])
    func badURL(url: String) async {
        let reference = ModelReference(provider: "openai", model: "m", baseURL: url)
        #expect(await Self.failure(reference)?.code == .invalidDefinition)
    }

    @Test("An unknown provider is refused with the nearest word")
    func unknownProvider() async {
        let error = await Self.failure(ModelReference(provider: "olama", model: "m"))
        #expect(error?.code == .invalidDefinition)
        #expect(error?.message.contains("did you mean 'ollama'?") == true)
    }

    @Test("A scripted provider needs a script")
    func scripted() async throws {
        let reference = ModelReference(provider: "scripted", model: "m")
        #expect(try await Self.name(reference) == "scripted replies")
        let error = await #expect(throws: CrewError.self) {
            try await withModelEndpoints { try $0.model(for: reference).name }
        }
        #expect(error?.message.contains("script.yaml") == true)
    }

    // MARK: Auto

    /// Whoever answers here answers, however busy the machine is.
    static let patient = ModelEndpoints.Options(probe: .seconds(60))

    static func choose(
        _ reference: ModelReference = ModelReference(model: "m"), environment: [String: String],
        script: ScriptDefinition? = script
    ) async throws -> ModelChoice {
        try await withModelEndpoints(options: patient) { endpoints in
            try await endpoints.choose(reference, environment: environment, script: script)
        }
    }

    static let nowhere = "http://127.0.0.1:1"

    static func models(_ names: String...) -> [MisbehavingServer.Step] {
        let list = names.map { "{\"id\":\"\($0)\"}" }.joined(separator: ",")
        return .response("200 OK", "{\"object\":\"list\",\"data\":[\(list)]}")
    }

    @Test("A configured endpoint that answers anything is taken", arguments: ["200 OK", "401 No"])
    func configured(status: String) async throws {
        let key = ["OPENAI_API_KEY": "k", "OLLAMA_URL": Self.nowhere]
        try await MisbehavingServer.run(.response(status, "{}")) { server in
            let choice = try await Self.choose(
                environment: key.merging(["OPENAI_BASE_URL": server.url]) { $1 })
            #expect(choice.choice == "openai m at 127.0.0.1:\(server.port)")
            #expect(!choice.isScripted)
            #expect(await server.nextRequest().hasPrefix("GET /v1/models "))
            let written = ModelReference(model: "m", baseURL: server.url)
            #expect(try await Self.choose(written, environment: key).choice.hasPrefix("openai"))
        }
    }

    @Test("Else Ollama answers, with the wanted model or its first one")
    func localOllama() async throws {
        try await MisbehavingServer.run(Self.models("qwen3:4b", "m:latest")) { server in
            let environment = [
                "OPENAI_BASE_URL": Self.nowhere, "OLLAMA_HOST": "127.0.0.1:\(server.port)",
            ]
            let there = try await Self.choose(environment: environment)
            #expect(there.choice == "ollama m at 127.0.0.1:\(server.port)")
            let other = try await Self.choose(
                ModelReference(model: "gpt"), environment: environment)
            #expect(
                other.choice == "ollama qwen3:4b at 127.0.0.1:\(server.port) ('gpt' is not there)")
        }
    }

    @Test("Else the script answers, and the choice says why")
    func scriptedChoice() async throws {
        let choice = try await Self.choose(
            environment: ["OPENAI_BASE_URL": Self.nowhere, "OLLAMA_URL": Self.nowhere])
        #expect(choice.isScripted)
        #expect(
            choice.choice == "scripted replies of the crew (no endpoint answered at 127.0.0.1:1;"
                + " no Ollama answered at 127.0.0.1:1)")
        try await MisbehavingServer.run(Self.models()) { server in
            let choice = try await Self.choose(environment: ["OLLAMA_URL": server.url])
            #expect(choice.choice.contains("no endpoint is configured; Ollama at 127.0.0.1"))
        }
    }

    @Test("Else the error lists what can be done")
    func nothing() async throws {
        let error = await #expect(throws: CrewError.self) {
            try await Self.choose(environment: ["OLLAMA_URL": Self.nowhere], script: nil)
        }
        #expect(error?.code == .modelUnavailable)
        for word in ["OPENAI_API_KEY", "ollama pull", "script.yaml"] {
            #expect(error?.message.contains(word) == true)
        }
    }

    @Test("An endpoint that hangs is given up, and cancelling stops the search")
    func hangingProbe() async throws {
        try await MisbehavingServer.run([.hold]) { server in
            let options = ModelEndpoints.Options(probe: .milliseconds(20))
            let environment = ["OPENAI_BASE_URL": server.url, "OLLAMA_URL": Self.nowhere]
            let choice = try await withModelEndpoints(options: options) { endpoints in
                try await endpoints.choose(
                    ModelReference(model: "m"), environment: environment, script: Self.script)
            }
            #expect(choice.isScripted)
            await server.connectionClosed()
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        _ = try await Self.choose(environment: environment)
                        return false
                    } catch { return error is CancellationError }
                }
                _ = await server.nextRequest()
                group.cancelAll()
                #expect(await group.next() == true)
            }
        }
    }

    @Test("References that are alike are chosen for once")
    func several() async throws {
        try await MisbehavingServer.run(.response("200 OK", "{}")) { server in
            let references = [
                ModelReference(model: "m", baseURL: server.url),
                ModelReference(model: "m", baseURL: server.url),
                ModelReference(provider: "scripted", model: "m"),
            ]
            let choices = try await withModelEndpoints(options: Self.patient) { endpoints in
                try await endpoints.choose(among: references, script: Self.script)
            }
            #expect(choices.count == 2)
            #expect(choices[references[2]]?.choice == "scripted replies of the crew")
        }
    }
}
