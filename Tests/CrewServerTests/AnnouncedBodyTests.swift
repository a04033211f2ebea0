import CrewKit
import CrewTesting
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("A body that is announced and never comes", .timeLimit(.minutes(5)))
struct AnnouncedBodyTests {
    static let heads = [
        "GET /v1/runs/run-1/events HTTP/1.1\r\nAccept: text/event-stream\r\n",
        "GET /api/crew/stream?run_id=run-1 HTTP/1.1\r\n",
        "GET /api/crew/stream?q=hi HTTP/1.1\r\n", "POST /api/crew/stream HTTP/1.1\r\n",
        "POST /v1/runs HTTP/1.1\r\nPrefer: wait\r\n",
    ]
    static let bodies = [
        "Content-Length: 10\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    ]

    @Test(
        "It begins no run and no stream, whether the client leaves or waits", arguments: heads,
        bodies)
    func neverComes(_ head: String, _ body: String) async throws {
        var fixture = ServerFixture([.hang(after: "a word"), .text("not to be said")])
        fixture.options.connections.bodyTime = .milliseconds(50)
        fixture.options.connections.lingerTime = .milliseconds(50)
        let model = fixture.model
        try await fixture.serve(.live) { client, serving in
            let port = try #require(client.port)
            _ = try await client.json(
                .post, "/v1/runs", body: #"{"input": "hi"}"#, .accepted)
            await model.waitForRequests(1)
            let gone = try await RawClient(port)
            try await gone.send(head + "Host: localhost\r\n" + body)
            try await gone.leave()
            let half = try await RawClient(port)
            try await half.send(head + "Host: localhost\r\n" + body)
            try await half.endSending()
            let refused = await half.readAll()
            #expect(!refused.contains("200 OK") && !refused.contains(" 500 "), "\(refused)")
            let silent = try await RawClient(port)
            try await silent.send(head + "Host: localhost\r\n" + body)
            #expect(await silent.readAll().hasPrefix("HTTP/1.1 408 "))
            await serving.untilNobodyListens()
            _ = try await client.json(.get, "/live")
            #expect(try await serving.runner.record(of: "run-2") == nil)
            serving.runner.cancelLive("run-1")
        }
    }

    @Test("Whoever only looks out for the connection's end is not ended by it", arguments: bodies)
    func unread(_ body: String) async throws {
        let (ended, end) = AsyncStream<Void>.makeStream()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let router = Router()
        router.get("/") { request, _ in
            try await request.readingEnd.consumeWithInboundCloseHandler { _ in
                begin.finish()
                for await _ in ended {}
            } onInboundClosed: {
                end.finish()
            }
            return "seen"
        }
        router.get("/short") { request, _ in
            try await request.readingEnd.consumeWithInboundCloseHandler { _ in
            } onInboundClosed: {
            }
            return "over"
        }
        router.get("/live") { _, _ in "yes" }
        try await Application(router: router).test(.live) { client in
            let raw = try await RawClient(try #require(client.port))
            try await raw.send("GET / HTTP/1.1\r\nHost: localhost\r\n" + body)
            for await _ in begun {}
            try await raw.leave()
            for await _ in ended {}
            let short = try await RawClient(try #require(client.port))
            try await short.send("GET /short HTTP/1.1\r\nHost: localhost\r\n" + body)
            _ = await short.read(until: "over")
            try await short.leave()
            try await client.execute(uri: "/live", method: .get) { #expect($0.status == .ok) }
        }
    }
}
