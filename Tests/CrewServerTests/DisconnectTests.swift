import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("A client that leaves", .timeLimit(.minutes(5)))
struct DisconnectTests {
    @Test("Its silent stream ends at once and the run goes on")
    func runGoesOn() async throws {
        let gate = Gate(count: 2)
        let fixture = ServerFixture([
            .make { _ in
                await gate.arrive()
                return ModelReply(text: "finished alone")
            }
        ])
        try await fixture.serve(.live) { client, serving in
            let open = try await OpenClient(try #require(client.port), #"{"query": "hi"}"#)
            _ = await open.read(until: "round_start")
            try await open.leave()
            await serving.untilNobodyListens()
            await gate.arrive()
            let result = try await serving.runner.result(of: "run-1")
            #expect(result.outcome == .completed)
            #expect(result.text == "finished alone")
        }
    }

    @Test("It takes the run along when it asked for that")
    func runIsCancelled() async throws {
        let fixture = ServerFixture([.hang(after: "some words")])
        try await fixture.serve(.live) { client, serving in
            let json = #"{"query": "hi", "on_disconnect": "cancel"}"#
            let open = try await OpenClient(try #require(client.port), json)
            _ = await open.read(until: "some words")
            try await open.leave()
            let result = try await serving.runner.result(of: "run-1")
            #expect(result.outcome == .cancelled)
            await serving.untilNobodyListens()
        }
    }

    @Test("A stream that read everything does not cancel anything by ending")
    func settled() async throws {
        let fixture = ServerFixture([.text("ok")])
        try await fixture.serve(.live) { client, serving in
            let frames = try await client.ask(#"{"query": "hi", "on_disconnect": "cancel"}"#)
            #expect(frames.last?.metadata["outcome"] == "completed")
        }
    }

    @Test("A server that stops ends its streams with an error frame")
    func shutdown() async throws {
        let fixture = ServerFixture([.hang(after: "")])
        let model = fixture.model
        let frames = try await fixture.serve(.live) { client, serving in
            async let frames = client.ask(#"{"query": "hi"}"#)
            await model.waitForRequests(1)
            serving.server.streams.drain()
            serving.server.streams.endAll()
            return try await frames
        }
        #expect(frames.last?.type == "error")
        #expect(frames.last?.metadata["code"] == "shutting_down")
        #expect(frames.types.filter { $0 == "error" || $0 == "done" }.count == 1)
    }

    @Test("Silence is broken by a ping of the original's form")
    func keepAlive() async throws {
        let clock = ManualClock()
        var fixture = ServerFixture([.hang(after: "word")])
        fixture.options.clock = clock
        fixture.definition.settings.keepAlive = .seconds(8)
        try await fixture.serve(.live) { client, serving in
            let open = try await OpenClient(try #require(client.port), #"{"query": "hi"}"#)
            let read = await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // A request between two moves keeps the clock from running ahead of the server.
                    while !Task.isCancelled {
                        await clock.waitForSleepers(of: .seconds(2))
                        clock.advance(by: .seconds(2))
                        _ = try? await client.executeRequest(
                            uri: "/health", method: .get, headers: [:], body: nil)
                    }
                }
                let read = await open.read(until: #""type":"ping""#)
                group.cancelAll()
                return read
            }
            #expect(read.contains(#""type":"ping","agent":"system","content":"""#))
            serving.runner.cancelLive("run-1")
            let rest = await open.read(until: #""type":"done""#)
            #expect(rest.contains("⏹️ Execution cancelled"))
            try await open.leave()
        }
    }
}
