import CrewKit
import CrewTesting
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("A client that waits for its run", .timeLimit(.minutes(5)))
struct PreferredWaitTests {
    @Test(
        "It gets the run at rest, and hears that it was waited for", arguments: RoutesTests.setups)
    func waited(_ setup: TestingSetup) async throws {
        let fixture = ServerFixture([.text("done [WAIT]")])
        try await fixture.serve(setup) { client, serving in
            let (headers, run) = try await client.json(
                .post, "/v1/runs", headers: HTTPFields(["Prefer": "respond-async, wait=300"]),
                body: #"{"input": "hi"}"#)
            #expect(headers[named: "Preference-Applied"] == "wait")
            #expect(run["status"] == "paused" && run["agent"] == "a")
            #expect(run["pause"]?["kind"] == "input" && run["pause"]?["expires_at"] != nil)
            #expect(run["outcome"] == nil && run["result"]?["text"] == "done [WAIT]")
            await serving.untilNobodyListens()
        }
    }

    @Test("When its time is over it gets the run as it is")
    func outOfTime() async throws {
        let clock = ManualClock()
        var fixture = ServerFixture([.hang(after: "")])
        fixture.options.clock = clock
        try await fixture.serve(.live) { client, serving in
            async let answer = client.json(
                .post, "/v1/runs", headers: HTTPFields(["Prefer": "wait=7"]),
                body: #"{"input": "hi"}"#, .accepted)
            await clock.waitForSleepers(of: .seconds(7))
            clock.advance(by: .seconds(7))
            let (headers, run) = try await answer
            #expect(headers[named: "Preference-Applied"] == nil)
            #expect(run["status"] == "running" && run["result"] == nil)
            serving.runner.cancelLive("run-1")
        }
    }

    @Test("A server that stops lets nobody wait to the end, and the run goes on")
    func shutdown() async throws {
        let fixture = ServerFixture([.hang(after: "")])
        try await fixture.serve(.live) { client, serving in
            async let answer = client.json(
                .post, "/v1/runs", headers: HTTPFields(["Prefer": "wait"]),
                body: #"{"input": "hi"}"#, .accepted)
            await fixture.model.waitForRequests(1)
            serving.server.streams.endAll()
            let run = try await answer.document
            #expect(run["status"] == "running")
            serving.runner.cancelLive("run-1")
        }
    }

    @Test("When the run cannot be followed, it was accepted nevertheless")
    func failingStore() async throws {
        var fixture = ServerFixture([])
        fixture.store = InterceptedRunStore { events, _ in
            guard events.first?.sequence == 1 else {
                throw CrewError(.storeFailed, "/secret/path: no space left")
            }
        }
        try await fixture.serve(.live) { client, _ in
            let (headers, run) = try await client.json(
                .post, "/v1/runs", headers: HTTPFields(["Prefer": "wait"]),
                body: #"{"input": "hi"}"#, .accepted)
            #expect(headers[.location] == "/v1/runs/run-1" && run["id"] == "run-1")
            #expect(headers[named: "Preference-Applied"] == nil)
        }
    }

    @Test("One that leaves gives its place back, and the run goes on")
    func clientLeaves() async throws {
        let fixture = ServerFixture([.hang(after: "")])
        try await fixture.serve(.live) { client, serving in
            let open = try await OpenClient(
                try #require(client.port), .post, "/v1/runs",
                headers: HTTPFields(["Prefer": "wait"]), #"{"input": "hi"}"#)
            await fixture.model.waitForRequests(1)
            #expect(serving.server.streams.count == 1)
            try await open.leave()
            await serving.untilNobodyListens()
            #expect(serving.runner.activeRuns == 1)
            serving.runner.cancelLive("run-1")
        }
    }

    @Test(
        "A preference is read as RFC 7240 writes it",
        arguments: [
            ("wait", 60), ("Wait=5", 5), ("wait = \"20\"", 20), ("wait=5; x=y", 5),
            ("respond-async, wait=9", 9), ("wait=9999", 300), ("wait=0", 0), ("wait=soon", nil),
            ("wait=-1", nil), ("waiting", nil), ("", nil),
        ] as [(String, Int?)])
    func preference(_ text: String, _ seconds: Int?) {
        let fields = HTTPFields(["Prefer": text])
        #expect(fields.preferredWait == seconds.map { .seconds($0) })
    }
}
