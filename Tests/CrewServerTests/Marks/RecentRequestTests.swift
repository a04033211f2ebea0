import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Recent requests")
struct RecentRequestTests {
    private func settled(
        _ id: String, of client: any TestClientProtocol, at base: String = "/v1/requests"
    ) async throws -> JSONValue {
        while true {
            let request = try await client.json(.get, "\(base)/\(id)").document
            if request["status"] != "pending" { return request }
            await Task.yield()
        }
    }

    private func send(
        _ id: String, _ client: any TestClientProtocol, body: String = #"{"input": "hi"}"#,
        _ status: HTTPResponse.Status = .accepted
    ) async throws {
        _ = try await client.json(
            .post, "/v1/runs", headers: HTTPFields(["X-Request-ID": id]), body: body, status)
    }

    @Test("A request is told of with its run, what was called for it, and how it went")
    func one() async throws {
        try await ServerFixture([.text("hello")]).serve { client, _ in
            try await send("first", client)
            let request = try await settled("first", of: client)
            #expect(request["status"] == "success")
            #expect(request["outcome"] == "completed")
            #expect(request["method"] == "POST")
            #expect(request["route"] == "/v1/runs")
            #expect(request["run_id"] == "run-1")
            #expect(request["crew"] == "test")
            #expect(request["agent_calls"] == 1)
            #expect(request["tool_calls"] == 0)
            #expect(request["round_count"] == 1)
            #expect(request["event_count"] == 5)
            #expect(request["http_status"] == 202)
            #expect(request["duration_ms"]?.integer != nil)
            let alias = try await settled("first", of: client, at: "/api/requests")
            #expect(alias["run_id"] == "run-1")
        }
    }

    @Test("A request that was answered before its run began has no end until the run rests")
    func underWay() async throws {
        let gate = Gate(count: 2)
        let fixture = ServerFixture([
            .make { _ in
                await gate.arrive()
                return ModelReply(text: "at last")
            }
        ])
        let model = fixture.model
        try await fixture.serve { client, _ in
            try await send("slow", client)
            await model.waitForRequests(1)
            var request = try await client.json(.get, "/v1/requests/slow").document
            while request["round_count"] != 1 {
                await Task.yield()
                request = try await client.json(.get, "/v1/requests/slow").document
            }
            #expect(request["status"] == "pending")
            #expect(request["http_status"] == 202)
            #expect(request["end_time"] == .null)
            #expect(request["duration_ms"] == .null)
            await gate.arrive()
            #expect(try await settled("slow", of: client)["end_time"]?.string != nil)
        }
    }

    @Test("A run's events take back the end that a quick answer gave its request")
    func answeredFirst() {
        var request = RecentRequest(
            id: "r", trace: nil, method: "POST", route: "/v1/runs", key: nil, tenant: nil,
            startedAt: .distantPast, endedAt: .distantPast, duration: .zero, httpStatus: 202)
        let turn = RunEvent.turnStarted(TurnStarted(agent: "a"))
        let stored = StoredEvent(sequence: 2, time: .distantPast, event: turn)
        request.note(stored, of: RunFacts(run: "r", crew: "c"), took: .seconds(1))
        #expect(request.status == .pending)
        #expect(request.endedAt == nil && request.duration == nil)
    }

    @Test("The newest come first, by status and crew and number; the sums are of all")
    func lists() async throws {
        let failure = CrewError(.modelUnavailable, "gone")
        try await ServerFixture([.text("hello"), .failure(failure)]).serve { client, _ in
            try await send("good", client)
            _ = try await settled("good", of: client)
            try await send("bad", client)
            let bad = try await settled("bad", of: client)
            #expect(bad["status"] == "error")
            #expect(bad["error_code"] == "model_unavailable")
            try await send("worse", client, body: "{}", .badRequest)
            func ids(_ query: String) async throws -> [String] {
                let list = try await client.json(.get, "/v1/requests?\(query)").document
                return list["requests"]?.array?.compactMap { $0["id"]?.string } ?? []
            }
            #expect(try await ids("") == ["worse", "bad", "good"])
            #expect(try await ids("limit=1") == ["worse"])
            #expect(try await ids("status=error") == ["worse", "bad"])
            #expect(try await ids("status=success&crew=test") == ["good"])
            #expect(try await ids("crew=other") == [])
            let stats = try await client.json(.get, "/v1/requests/stats").document
            #expect(stats["total_requests"] == 3)
            #expect(stats["max_size"] == 1000)
            #expect(
                stats["requests"] == ["success": 1, "error": 2, "timeout": 0, "pending": 0])
            #expect(stats["total_agent_calls"] == 2)
            let refused = try await client.problem(.get, "/v1/requests?status=odd")
            #expect(refused.status == 400)
            let missing = try await client.problem(.get, "/v1/requests/none")
            #expect(missing.status == 404)
        }
    }

    @Test("The oldest make room, and a tenant sees its own")
    func bounds() {
        let kept = RecentRequests(capacity: 2, options: ServerOptions())
        for number in 1...5 {
            let request = RecentRequest(
                id: "r\(number)", trace: nil, method: "POST", route: "/v1/runs", key: "k",
                tenant: number == 5 ? "t" : nil, startedAt: .distantPast)
            kept.keep(request, as: "\(number)")
        }
        #expect(kept.list(for: .all).map(\.id) == ["r5", "r4"])
        #expect(kept.list(for: .only("t")).map(\.id) == ["r5"])
        #expect(kept.list(for: .only(nil)).map(\.id) == ["r4"])
        #expect(kept.list(for: .only("other")).isEmpty)
    }
}
