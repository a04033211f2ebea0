import CrewKit
import Testing

@testable import CrewProviders

@Suite("Failures of the messages API", .timeLimit(.minutes(5)))
struct AnthropicFailureTests {
    private static let scene = WireScene.anthropic()

    struct Refusal: Sendable, CustomTestStringConvertible {
        var status: String
        var type: String
        var message = "it says why"
        var details = ""
        var code: CrewError.Code
        var testDescription: String { "\(status) \(type) \(message)" }

        var body: String {
            #"{"type":"error","error":{"type":"\#(type)","message":"\#(message)"\#(details)},"#
                + #""request_id":"req_1"}"#
        }
    }

    @Test(
        "An error has the code of its kind",
        arguments: [
            Refusal(status: "400 x", type: "invalid_request_error", code: .modelRejectedRequest),
            Refusal(
                status: "400 x", type: "invalid_request_error",
                message: "prompt is too long: 210000 tokens > 200000 maximum",
                code: .modelContextOverflow),
            Refusal(
                status: "400 x", type: "invalid_request_error",
                message: "input length and `max_tokens` exceed context limit: 1 + 2 > 2",
                code: .modelContextOverflow),
            Refusal(
                status: "400 x", type: "invalid_request_error",
                message: "You have reached your specified API usage limits.",
                code: .modelQuotaExhausted),
            Refusal(
                status: "400 x", type: "invalid_request_error",
                message: "Your credit balance is too low to access the API",
                code: .modelQuotaExhausted),
            Refusal(
                status: "400 x", type: "invalid_request_error",
                message: "Output blocked by content filtering policy",
                code: .modelContentFiltered),
            Refusal(status: "401 x", type: "authentication_error", code: .modelRejectedKey),
            Refusal(status: "402 x", type: "billing_error", code: .modelQuotaExhausted),
            Refusal(status: "403 x", type: "permission_error", code: .modelRejectedKey),
            Refusal(status: "404 x", type: "not_found_error", code: .modelNotFound),
            Refusal(status: "408 x", type: "timeout_error", code: .modelTimeout),
            Refusal(status: "409 x", type: "conflict_error", code: .modelOverloaded),
            Refusal(status: "413 x", type: "request_too_large", code: .modelRejectedRequest),
            Refusal(status: "429 x", type: "rate_limit_error", code: .modelRateLimited),
            Refusal(
                status: "429 x", type: "rate_limit_error",
                details: #","details":{"error_code":"enforced_spend_limit_reached"}"#,
                code: .modelQuotaExhausted),
            Refusal(status: "500 x", type: "api_error", code: .modelServerError),
            Refusal(status: "504 x", type: "timeout_error", code: .modelTimeout),
            Refusal(status: "529 x", type: "overloaded_error", code: .modelOverloaded),
        ])
    func kinds(refusal: Refusal) async {
        let error = await Self.scene.failure(.response(refusal.status, refusal.body))
        #expect(error?.code == refusal.code)
        #expect(error?.message.contains(refusal.message) == true)
        let stream = "event: error\ndata: \(refusal.body)\n\n"
        let types = ["conflict_error", "invalid_request_error"]
        guard !types.contains(refusal.type), refusal.details.isEmpty else { return }
        #expect(await Self.scene.failure(body: stream)?.code == refusal.code)
    }

    @Test("A wait that the endpoint asks for is kept, in seconds and in milliseconds")
    func retryAfter() async {
        let body = #"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#
        for (header, wait) in [
            ("retry-after: 7", Duration.seconds(7)), ("retry-after-ms: 20", .milliseconds(20)),
        ] {
            let head =
                "HTTP/1.1 529 x\r\n\(header)\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
            let error = await Self.scene.failure([.send(head + body)])
            #expect(error?.code == .modelOverloaded)
            #expect(error?.retryAfter == wait)
        }
    }

    @Test("The advice names what can be done, and the key stays out of it")
    func advice() async {
        let refused = #"{"type":"error","error":{"type":"authentication_error","message":"key-1"}}"#
        let key = await Self.scene.failure(.response("401 x", refused))
        #expect(key?.message.contains("ANTHROPIC_API_KEY") == true)
        #expect(key?.message.contains("key-1") == false)
        let body =
            #"{"type":"error","error":{"type":"invalid_request_error","message":"`temperature` is"#
            + #" not supported"}}"#
        let sampling = await Self.scene.failure(.response("400 x", body))
        #expect(sampling?.message.contains("remove it from the agent") == true)
        let page = await Self.scene.failure(.response("502 x", "<title>Bad gateway</title>"))
        #expect(page?.code == .modelServerError)
    }

    @Test("Silence ends at its deadline, and cancelling closes the connection")
    func silence() async throws {
        var scene = Self.scene
        scene.calls.idle = .milliseconds(30)
        let start = String(AnthropicStreamTests.text("x").prefix(200))
        #expect(
            await scene.failure([.head(), .chunk(start), .hold])?.message.contains("idle") == true)
        try await MisbehavingServer.run([.head(), .hold]) { server in
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        var reference = Self.scene.reference
                        reference.baseURL = server.url
                        _ = try await withModelEndpoints { [reference] endpoints in
                            try await endpoints.model(for: reference)
                                .reply(to: WireScene.request) { _ in }
                        }
                        return false
                    } catch { return error is CancellationError }
                }
                _ = await server.nextRequest()
                group.cancelAll()
                #expect(await group.next() == true)
            }
            await server.connectionClosed()
        }
    }

    @Test("The address is written with /v1, without it, or in the environment; a key is needed")
    func addresses() async throws {
        func name(_ base: String?, _ environment: [String: String]) async throws -> String {
            try await withModelEndpoints { endpoints in
                try endpoints.model(
                    for: ModelReference(provider: "anthropic", model: "m", baseURL: base),
                    environment: environment
                ).name
            }
        }
        let key = ["ANTHROPIC_API_KEY": "k"]
        #expect(try await name(nil, key) == "anthropic m at api.anthropic.com")
        #expect(
            try await name(nil, ["ANTHROPIC_BASE_URL": "http://box:1"]) == "anthropic m at box:1")
        #expect(throws: CrewError.self) { try EndpointAddress(anthropic: "box") }
        for base in ["http://b", "http://b/v1/", "http://b/v1/messages"] {
            #expect(try EndpointAddress(anthropic: base).base == "http://b/v1")
        }
        let missing = await #expect(throws: CrewError.self) { try await name(nil, [:]) }
        #expect(missing?.code == .modelRejectedKey)
        #expect(missing?.message.contains("ANTHROPIC_API_KEY") == true)
    }

    @Test("Another server can be asked on this wire, and a wire that a provider lacks is refused")
    func wires() async throws {
        func model(_ provider: String, _ wire: ModelWire) async throws -> any LanguageModel {
            var reference = ModelReference(
                provider: provider, model: "m", baseURL: "http://b:1/v1")
            reference.wire = wire
            return try await withModelEndpoints { [reference] in try $0.model(for: reference) }
        }
        #expect(try await model("openai", .anthropic) is AnthropicMessagesModel)
        #expect(try await model("ollama", .anthropic) is AnthropicMessagesModel)
        #expect(try await model("ollama", .chat) is OpenAIChatModel)
        let error = await #expect(throws: CrewError.self) {
            try await model("anthropic", .chat)
        }
        #expect(error?.code == .invalidDefinition)
        #expect(error?.message.contains("'chat'") == true)
    }
}
