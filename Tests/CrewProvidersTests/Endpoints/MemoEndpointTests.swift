import CrewKit
import Testing

@testable import CrewProviders

@Suite("Memos and endpoints", .timeLimit(.minutes(5)))
struct MemoEndpointTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let scene: WireScene
        let fixture: String
        /// What stands in a request where the memo was sent.
        let mark: String
        var testDescription: String { fixture }
    }

    static let cases = [
        Case(
            scene: .openAI { $0.options.replaysReasoning = true },
            fixture: "deepseek-chat-tools.sse", mark: "reasoning_content"),
        Case(
            scene: .openAI(.responses), fixture: "openai-responses-tools.sse",
            mark: "gAAAAABo_x=="),
        Case(scene: .anthropic(), fixture: "anthropic-thinking-tools.sse", mark: "EqQBCgIYAhIM"),
        Case(scene: .ollama(), fixture: "ollama-thinking-tools.ndjson", mark: "thinking"),
    ]

    @Test(
        "What a model thought goes back to the endpoint that wrote it, and to no other",
        arguments: cases)
    func endpoint(_ example: Case) async throws {
        var reply = try await example.scene.call(body: Fixture.text(example.fixture)).reply
        #expect(reply.memo?.endpoint == WireScene.home)
        let own = try await example.scene.nextBody(after: reply, answeredBy: example.fixture)
        #expect(own.text.contains(example.mark))
        for other in ["api.example.com:443", nil] {
            reply.memo?.endpoint = other
            let body = try await example.scene.nextBody(after: reply, answeredBy: example.fixture)
            #expect(!body.text.contains(example.mark))
        }
    }

    @Test(
        "An endpoint is its host and its port, however they are written",
        arguments: [
            ("https://API.Example.com/v1", "api.example.com:443"),
            ("https://u:p@example.com:443", "example.com:443"),
            ("http://localhost/v1", "localhost:80"), ("http://[::1]/v1", "[::1]:80"),
            ("http://[::1]:8080/v1", "[::1]:8080"),
        ])
    func authority(text: String, authority: String) throws {
        #expect(try EndpointAddress(text).authority == authority)
    }

    @Test("A memo that was kept before memos had endpoints can be read")
    func oldMemo() throws {
        let old: JSONValue = ["wire": "chat", "model": "m", "content": ["a": 1]]
        let memo = try old.decoded(as: ModelMemo.self)
        #expect(memo == ModelMemo(wire: .chat, model: "m", content: ["a": 1]))
    }
}
