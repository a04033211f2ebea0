import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

import struct Foundation.Date

@testable import CrewServer

@Suite("Marks of requests")
struct RequestMarksTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00-\(trace)-00f067aa0ba902b7-01"

    private func fixture(_ replies: Int = 1) -> ServerFixture {
        var fixture = ServerFixture(Array(repeating: .text("hello there"), count: replies))
        fixture.options.makeRequestID = { "own-id" }
        let bits = Counter()
        fixture.options.makeTraceBits = { UInt64(bits.next()) }
        return fixture
    }

    @Test("Every answer has the request's id, errors and lists and pages too")
    func answers() async throws {
        try await fixture().serve { client, _ in
            for uri in ["/health", "/", "/v1/runs", "/v1/runs/none", "/nothing"] {
                let response = try await client.executeRequest(
                    uri: uri, method: .get, headers: HTTPFields(["X-Request-ID": "abc.1:2_3-x"]),
                    body: nil)
                #expect(response.headers[named: "X-Request-ID"] == "abc.1:2_3-x", "\(uri)")
            }
            let refused = try await client.problem(.get, "/v1/runs/none")
            #expect(refused.document["request_id"] == "own-id")
            #expect(refused.headers[named: "X-Request-ID"] == "own-id")
        }
    }

    @Test(
        "An id that could break a log or a header is replaced",
        arguments: ["", "a b", "a\"b", "é", String(repeating: "a", count: 129), "a,b", "<x>"])
    func badIDs(id: String) async throws {
        try await fixture().serve { client, _ in
            let answer = try await client.executeRequest(
                uri: "/v1/runs", method: .get, headers: HTTPFields(["X-Request-ID": id]), body: nil)
            #expect(answer.headers[named: "X-Request-ID"] == "own-id")
        }
    }

    @Test("A run and all that is told of it carry the ids of the request that made it go")
    func runs() async throws {
        try await fixture().serve { client, serving in
            let headers = HTTPFields([
                "X-Request-ID": "mine", "traceparent": Self.parent, "tracestate": "a=1",
                "Prefer": "wait",
            ])
            let run = try await client.json(
                .post, "/v1/runs", headers: headers, body: #"{"input": "hi"}"#
            ).document
            #expect(run["request_id"] == "mine")
            #expect(run["trace_id"]?.string == Self.trace)
            let id = try #require(run["id"]?.string)
            let record = try #require(await serving.runner.record(of: RunID(id)))
            #expect(record.origin?.trace?.isSampled == true)
            #expect(record.origin?.trace?.state == "a=1")
            #expect(record.origin?.trace?.spanID != "00f067aa0ba902b7")
            let events = try await client.json(.get, "/v1/runs/\(id)/events").document["events"]
            let all = try #require(events?.array)
            #expect(all.count > 3)
            #expect(all.allSatisfy { $0["request_id"] == "mine" })
            let stream = try await client.executeRequest(
                uri: "/v1/runs/\(id)/events", method: .get,
                headers: [.accept: "text/event-stream"], body: nil)
            let data = String(buffer: stream.body).split(separator: "\n").filter {
                $0.hasPrefix("data: ")
            }
            #expect(data.count == all.count)
            for line in data {
                #expect(try JSONValue(parsing: String(line.dropFirst(6)))["request_id"] == "mine")
            }
        }
    }

    @Test("Every frame of the older stream carries both ids, and those of a fork are its own")
    func frames() async throws {
        try await fixture(2).serve { client, _ in
            let response = try await client.executeRequest(
                uri: "/api/crew/stream?q=hi", method: .get,
                headers: HTTPFields(["X-Request-ID": "mine", "traceparent": Self.parent]), body: nil
            )
            let frames = try Frame.all(in: response.body)
            #expect(frames.count > 4)
            #expect(frames.allSatisfy { $0.metadata["request_id"] == "mine" })
            #expect(frames.allSatisfy { $0.metadata["trace_id"]?.string == Self.trace })
            let fork = try await client.json(
                .post, "/v1/runs/run-1/fork", headers: HTTPFields(["X-Request-ID": "other"]),
                body: #"{"step": 1}"#, .accepted
            ).document
            #expect(fork["request_id"] == "other")
            #expect(fork["trace_id"]?.string != Self.trace)
        }
    }

    @Test("Whoever is turned away at the door makes no span", arguments: [200, 401, 429, 404])
    func strangers(status: Int) throws {
        let parent = try #require(TraceContext(traceparent: Self.parent, tracestate: nil))
        let request = MarkedRequest(
            origin: RunOrigin(requestID: "q", trace: parent), parent: parent, method: .get,
            route: "/v1/runs", startedAt: .distantPast)
        let answered = AnsweredRequest(
            request: request, status: status, endedAt: .distantPast, duration: .zero,
            isBroken: false)
        #expect((RequestSpans.span(of: answered) == nil) == (status == 401 || status == 429))
    }

    @Test("An error that another library throws has one code and status, wherever it is told")
    func codes() {
        let large = HTTPError(.contentTooLarge)
        #expect(ErrorResponse.kind(of: large).status == 413)
        #expect(ErrorResponse.kind(of: large).code == "body_too_large")
        #expect(ErrorResponse.code(of: large) == .bodyTooLarge)
        for error in [large, HTTPError(.notFound), HTTPError(.lengthRequired)] {
            let kind = ErrorResponse.kind(of: error)
            #expect(ErrorResponse.response(to: error).status.code == kind.status)
            #expect(ErrorResponse.code(of: error).rawValue == kind.code)
        }
        #expect(ErrorResponse.kind(of: MethodNotAllowed(allowed: [.get])).status == 405)
    }

    @Test(
        "A traceparent that is none, or comes twice, begins a trace, and the state means nothing",
        arguments: [["ff-\(trace)-00f067aa0ba902b7-01"], [parent, parent], ["nonsense"]])
    func invalidParents(parents: [String]) throws {
        var headers = HTTPFields()
        for parent in parents {
            headers.append(HTTPField(name: try #require(.init("traceparent")), value: parent))
        }
        headers[named: "tracestate"] = "a=1"
        #expect(TraceContext(headers) == nil)
        headers[values: try #require(.init("traceparent"))] = [Self.parent]
        headers.append(HTTPField(name: try #require(.init("tracestate")), value: "b=2"))
        #expect(TraceContext(headers)?.state == "a=1,b=2")
    }
}
