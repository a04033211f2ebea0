import CrewKit
import CrewTesting
import Testing

@Suite("Outputs that are too long for a model")
struct LargeOutputTests {
    private static let output = (0..<2_000).map { "ệ\($0)" }.joined(separator: " ")

    private func fixture() -> CrewFixture {
        var crew = CrewFixture(AgentDefinition(id: "a", tools: ["t"]))
        crew.definition.settings.maxToolOutput = 400
        crew.tools = Toolbox([ClosureTool("t") { _ in Self.output }])
        return crew
    }

    @Test("The whole output is kept, and a model pages through it to its end")
    func paging() async throws {
        let store = InMemoryRunStore()
        /// Reads on where it is told to until it has all.
        struct Reader: LanguageModel {
            let name = "reader"
            func reply(
                to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
            ) async throws -> ModelReply {
                guard case .tool(_, _, let last)? = request.messages.last else {
                    return ModelReply(toolCalls: [ToolCall(id: "1", name: "t")])
                }
                let handle = /read_artifact\(name: "([^"]+)", offset: (\d+)\)/
                let next = /go on with offset (\d+)/
                let first = request.messages.compactMap { try? handle.firstMatch(in: $0.text) }[0]
                let offset =
                    try next.firstMatch(in: last)?.1 ?? (handle.firstMatch(in: last)?.2)
                guard let offset, let offset = Int(offset) else { return ModelReply(text: "read") }
                #expect(request.tools.contains { $0.name == "read_artifact" })
                return ModelReply(
                    toolCalls: [
                        ToolCall(
                            id: ToolCallID("c\(offset)"), name: "read_artifact",
                            arguments: [
                                "name": .string(String(first.1)), "offset": .integer(offset),
                            ])
                    ])
            }
        }
        var crew = fixture()
        crew.definition.settings.maxRounds = 100
        let runner = try crew.runner(Reader(), store: store)
        let told = try await withRunning(runner) {
            try await CrewFixture.follow(try await runner.start(RunRequest("hi")), of: runner)
        }
        #expect(told.result.text == "read")
        let results = told.events.compactMap { stored -> ToolResult? in
            if case .toolReturned(let returned) = stored.event { return returned.result }
            return nil
        }
        let pages = results.dropFirst().map { result in
            String(result.output.drop { $0 != "\n" }.dropFirst())
        }
        #expect(Self.output.prefix(400) + pages.joined() == Self.output)
        #expect(results.dropFirst().allSatisfy { $0.output.count <= 400 && $0.artifact == nil })
        let artifact = try #require(try await store.artifacts(of: told.result.run).first)
        #expect(results.first?.artifact == artifact.name)
        #expect(
            try await store.bytes(ofArtifact: artifact.name, of: told.result.run)
                == Array(Self.output.utf8))
    }

    @Test("An artifact that is not there, and one that is no text, are errors that say so")
    func missing() async throws {
        var crew = fixture()
        crew.tools = Toolbox([
            ClosureTool("t") { call in
                try await call.artifacts?.save([0xFF, 0xFE], as: "x.bin", mediaType: "image/png")
                return "saved"
            }
        ])
        let model = ScriptedModel([
            "a": [
                .calls(("t", [:])),
                .calls(("read_artifact", ["name": "none"]), ("read_artifact", ["name": "x.bin"])),
                .text("ok"),
            ]
        ])
        _ = try await crew.run(RunRequest("hi"), model)
        let texts = model.requests.last?.messages.suffix(2).map(\.text) ?? []
        #expect(texts.first?.contains("nothing named 'none'") == true)
        #expect(texts.last?.contains("is no text") == true)
    }

    @Test("A later run of the session is not told of artifacts that it cannot read")
    func session() async throws {
        let model = ScriptedModel([
            "a": [.calls(("t", [:])), .text("one"), .text("two")]
        ])
        let runner = try fixture().runner(model)
        try await withRunning(runner) {
            for text in ["first", "second"] {
                let run = try await runner.start(RunRequest(text, session: "s"))
                _ = try await runner.result(of: run)
            }
        }
        let last = try #require(model.requests.last)
        #expect(last.messages.contains { $0.text.contains("OUTPUT TRUNCATED") })
        #expect(!last.messages.contains { $0.text.contains("read_artifact") })
        #expect(!last.tools.contains { $0.name == "read_artifact" })
    }
}
