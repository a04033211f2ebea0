import CrewKit
import CrewTesting
import Synchronization
import Testing

@testable import CrewTools

#if os(Linux)
    @Suite("Calls in workers")
    struct WorkerCallTests {
        @Test("A tool's answers and failures arrive as they are")
        func answers() async throws {
            try await WorkerScene.living { scene async throws in
                let text = "Xin chào \u{0} \"quoted\" \n" + String(repeating: "ü", count: 100_000)
                #expect(try await scene.call("echo", ["text": .string(text)]) == text)
                #expect(
                    try await scene.failure(of: "refuse")
                        == ToolFailure(
                            .notFound, "There is no such city.", hint: "Ask for a larger one.",
                            action: .correctArguments, isWithoutEffect: true))
                #expect(try await scene.failure(of: "throw").message == "the city is closed")
                #expect(try await scene.call("identify") == "c1 k1 r1 a1")
            }
        }

        @Test("A tool reads the conversation when it says so")
        func conversation() async throws {
            try await WorkerScene.living { scene async throws in
                let entries: [ConversationEntry] = [
                    .user("hello"), .agent(AgentMessage(agent: "a", text: "hi")),
                ]
                #expect(try await scene.call("talk", conversation: entries) == "2 entries")
            }
        }

        @Test("A tool keeps and finds artifacts, and shows how far it is")
        func artifacts() async throws {
            try await WorkerScene.living { scene async throws in
                let kept = KeptArtifacts()
                #expect(
                    try await scene.call("keep", ["count": 1_000_000], artifacts: kept.artifacts)
                        == "true true")
                #expect(try await scene.call("keep") == "nobody keeps it")
                let steps = AsyncStream.makeStream(of: Double.self)
                let reports = ToolReports(progress: { steps.continuation.yield($0.done) })
                #expect(try await scene.call("progress", reports: reports) == "done")
                var seen: [Double] = []
                for await step in steps.stream.prefix(3) { seen.append(step) }
                #expect(seen == [1, 2, 3])
            }
        }

        @Test("What is too large to be passed on fails, and its worker is kept")
        func tooLarge() async throws {
            try await WorkerScene.living { scene async throws in
                let process = try await scene.call("process")
                let failure = try await scene.failure(of: "answer_much")
                #expect(failure.message.contains("at most 33554432 are passed on"))
                #expect(try await scene.call("process") == process)
            }
        }

        @Test("What a tool prints goes to people, and so does the place of a crash")
        func notes() async throws {
            try await WorkerScene.living { scene async throws in
                #expect(try await scene.call("print") == "printed")
                let wrote = await scene.notes.next(.wrote)
                #expect(wrote?.details == "hello from a tool\n")
                #expect(wrote?.tool == "print")
                _ = try await scene.failure(of: "trap_fatal")
                let crashed = await scene.notes.next(.crashed)
                #expect(crashed?.tool == "trap_fatal")
                #expect(crashed?.message.contains("the sky is falling") == true)
                #expect(crashed?.details.contains(" in ") == true, "\(crashed?.details ?? "")")
                #expect((crashed?.details.utf8.count ?? 0) <= 16 << 10)
            }
        }

        @Test("A tool of this process stays in it")
        func inProcess() async throws {
            try await WorkerScene.living { scene async throws in
                struct Own: Tool {
                    let definition = ToolDefinition(
                        name: "own", description: "", isolation: .inProcess)
                    func call(_ call: ToolInvocation) async throws -> String { "own" }
                }
                #expect(scene.pool.isolated([Own()])[0] is Own)
                let tool = try scene["echo"]
                #expect(tool.definition.timeout == .seconds(600 + 30 + 2))
                #expect(scene.pool.isolated([tool])[0].definition == tool.definition)
            }
        }

        @Test("A tool that the worker's program does not have is said to be missing there")
        func missing() async throws {
            try await WorkerScene.living { scene async throws in
                struct Other: Tool {
                    let definition = ToolDefinition(name: "other", description: "")
                    func call(_ call: ToolInvocation) async throws -> String { "" }
                }
                let error = await #expect(throws: ToolFailure.self) {
                    try await scene.pool.isolated([Other()])[0].call(
                        ToolInvocation(
                            call: "c", arguments: [:], idempotencyKey: "k", run: "r", agent: "a"))
                }
                #expect(error?.kind == .notFound)
                #expect(error?.message == "The worker has no tool 'other'.")
            }
        }
    }
#endif
