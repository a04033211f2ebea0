import CrewKit
import CrewTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("What browsers are told", .timeLimit(.minutes(5)))
struct BrowserTests {
    @Test("Every answer says what a browser must not do with it")
    func everyAnswer() async throws {
        try await ServerFixture([]).serve { client, serving in
            var asked = try IsolationTests.routes(of: serving).map { route in
                (route.endpoint.method, route.uri(run: "none", session: "none", approval: 1))
            }
            asked += [(.get, "/nowhere"), (.patch, "/v1/runs"), (.options, "/v1/runs")]
            for (method, uri) in asked {
                let headers = try await client.executeRequest(
                    uri: uri, method: method, headers: [:], body: nil
                ).headers
                #expect(headers[.xContentTypeOptions] == "nosniff", "\(method) \(uri)")
                #expect(headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
                #expect(headers[named: "Referrer-Policy"] == "no-referrer")
                #expect(headers[named: "X-Frame-Options"] == "DENY")
                #expect(headers[named: "Cross-Origin-Resource-Policy"] == "same-origin")
                #expect(headers[.strictTransportSecurity] == nil, "this is no TLS")
                #expect(headers[named: "Access-Control-Allow-Origin"] == nil)
                #expect(headers[.vary] == nil)
            }
        }
    }

    private let site = "https://app.example.com"

    private func open(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws
    {
        var fixture = ServerFixture([.text("ok")])
        fixture.options.allowedOrigins = [site]
        fixture.options.keys = try TestKeys.keys(TestKeys.line("me", [.run, .read]))
        try await fixture.serve { client, _ in try await body(client) }
    }

    @Test("A site that is named may ask, and read what it needs of the answer")
    func allowed() async throws {
        try await open { client in
            let made = try await client.json(
                .post, "/v1/runs",
                headers: .key("me", ["Origin": site, "Sec-Fetch-Site": "cross-site"]),
                body: #"{"input": "hi"}"#, .accepted)
            #expect(made.headers[named: "Access-Control-Allow-Origin"] == site)
            #expect(made.headers[.vary] == "Origin")
            #expect(made.headers[named: "Access-Control-Allow-Credentials"] == nil)
            let shown = made.headers[named: "Access-Control-Expose-Headers"] ?? ""
            for name in ["X-Request-ID", "Location", "RateLimit", "Retry-After", "ETag"] {
                #expect(shown.contains(name))
            }
            // It can read why it was refused, too.
            let refused = try await client.problem(
                .get, "/v1/runs", headers: [.origin: site])
            #expect(refused.status == 401)
            #expect(refused.headers[named: "Access-Control-Allow-Origin"] == site)
        }
    }

    @Test("A browser's question beforehand is answered without a key, for named sites only")
    func preflight() async throws {
        try await open { client in
            let method = ["Access-Control-Request-Method": "POST"]
            for uri in ["/v1/runs", "/nowhere"] {
                let answer = try await client.executeRequest(
                    uri: uri, method: .options,
                    headers: HTTPFields(method.merging(["Origin": site]) { $1 }), body: nil)
                #expect(answer.status == .noContent)
                #expect(answer.headers[named: "Access-Control-Allow-Origin"] == site)
                let names = answer.headers[named: "Access-Control-Allow-Headers"] ?? ""
                #expect(names.contains("Authorization") && names.contains("Idempotency-Key"))
                #expect(
                    answer.headers[named: "Access-Control-Allow-Methods"]?.contains("DELETE")
                        == true)
                #expect(answer.headers[.vary]?.contains("Origin") == true)
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            }
            for origin in [
                "https://app.example.com.evil.example", "http://app.example.com", "null",
            ] {
                let other = try await client.executeRequest(
                    uri: "/v1/runs", method: .options,
                    headers: HTTPFields(method.merging(["Origin": origin]) { $1 }), body: nil)
                #expect(other.status == .forbidden)
                #expect(other.headers[named: "Access-Control-Allow-Origin"] == nil)
            }
        }
    }

    @Test(
        "What no browser sends is not taken as an origin",
        arguments: [
            "*", "app.example.com", "https://", "https://a.example/", "https://a.example/x",
            "ftp://a.example", "https://*.example.com", "null", "https://A.example", "https://a b",
        ])
    func origins(_ origin: String) throws {
        var options = ServerOptions()
        options.allowedOrigins = [origin]
        let error = #expect(throws: CrewError.self) { try options.check() }
        #expect(error?.message.contains("https://app.example.com") == true)
    }
}
