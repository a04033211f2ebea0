import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

/// Drives the server from its own document: whatever is asked, fitting or not, the answer is described.
@Suite("The server keeps to its description", .timeLimit(.minutes(5)))
struct OpenAPIDriveTests {
    /// Headers of HTTP itself, and those that every answer may have.
    static let plainHeaders: Set<String> = [
        "content-type", "content-length", "cache-control", "connection", "date", "server", "vary",
        "x-content-type-options", "content-security-policy", "x-accel-buffering",
        "referrer-policy", "x-frame-options", "cross-origin-resource-policy",
        "cross-origin-opener-policy", "permissions-policy", "strict-transport-security",
        "traceparent",
    ]

    @Test("Fitting requests get described answers, among them every success that is promised")
    func fitting() async throws {
        for operation in try await operations() {
            try await withServer { client, names in
                var statuses: Set<Int> = []
                for sample in OperationSamples(operation, names: names).fitting {
                    let status = try await send(sample, operation, to: client)
                    #expect(status < 500, "\(sample)")
                    statuses.insert(status)
                }
                let promised = operation.statuses.compactMap { Int($0) }.filter { $0 < 400 }
                #expect(
                    Set(promised).subtracting(statuses).isEmpty,
                    "\(operation.name) never answered with some of \(promised): \(statuses)")
            }
        }
    }

    @Test("Requests that do not fit are refused, and as described")
    func unfitting() async throws {
        for operation in try await operations() {
            try await withServer { client, names in
                for sample in OperationSamples(operation, names: names).unfitting {
                    let status = try await send(sample, operation, to: client)
                    #expect((400..<500).contains(status), "\(operation.name) took \(sample)")
                }
            }
        }
    }

    private func send(
        _ sample: OperationSamples.Sample, _ operation: DescribedOperation,
        to client: any TestClientProtocol
    ) async throws -> Int {
        let response = try await client.executeRequest(
            uri: sample.uri, method: operation.method, headers: sample.headers, body: sample.body)
        let problems = operation.problems(
            status: response.status.code, headers: response.headers, body: response.body)
        #expect(
            problems == [],
            "\(operation.name) \(sample) -> \(response.status) \(String(buffer: response.body))")
        return response.status.code
    }

    private func operations() async throws -> [DescribedOperation] {
        try await fixture().serve { client, _ in
            DescribedOperation.all(in: try await client.json(.get, "/openapi.json").document)
        }
    }

    /// A server with runs that ended, wait for an answer, and wait for a decision.
    private func withServer(
        _ body: @Sendable (any TestClientProtocol, [String: [String]]) async throws -> Void
    ) async throws {
        try await fixture().serve { client, _ in
            let ended = try await client.rest(#"{"input": "hi", "session_id": "s-1"}"#)
            #expect(ended["status"] == "ended", "\(ended.text)")
            let paused = try await client.rest()
            #expect(paused["pause"]?["kind"] == "input", "\(paused.text)")
            let asking = try await client.rest()
            let approval = try #require(asking["approvals"]?.array?.first?["id"]?.integer)
            let requests = try await client.json(.get, "/v1/requests").document["requests"]?.array
            let request = try #require(requests?.first?["id"]?.string)
            try await body(
                client,
                [
                    "run": ["run-1", "run-2", "run-3", "none"], "crew": ["test", "none"],
                    "session": ["s-1", "none"], "approval": [String(approval), "1"],
                    "name": ["note-1.html", "none"], "request": [request, "none"],
                ])
        }
    }

    private func fixture() -> ServerFixture {
        let tools = [Ledger("Note"), Ledger("Ship", effect: .irreversible, approval: .always)]
        var fixture = ServerFixture(
            agents: [AgentDefinition(id: "a", name: "An", tools: ["Note", "Ship"])],
            [
                "a": [
                    .reply(.calling("Note", "x")), .text("noted"), .text("who? [WAIT]"),
                    .reply(.calling("Ship", "x")),
                ] + Array(repeating: .text("ok"), count: 500)
            ])
        fixture.tools = Toolbox(tools)
        fixture.options.limits.maxBodyBytes = 10_000
        return fixture
    }
}
