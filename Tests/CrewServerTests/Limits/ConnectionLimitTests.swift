import CrewKit
import CrewTesting
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import CrewServer

@Suite("Limits of connections", .timeLimit(.minutes(5)))
struct ConnectionLimitTests {
    /// What the server says to these bytes, which it has to end the connection after.
    private func answer(
        to bytes: String..., change: (inout ServerOptions) -> Void = { _ in }
    ) async throws -> (text: String, refusals: [ServerCounts.Refusal: Int]) {
        var fixture = ServerFixture([])
        change(&fixture.options)
        let counts = fixture.options.counts
        let text = try await fixture.serve(.live) { client, _ in
            let raw = try await RawClient(try #require(client.port))
            for part in bytes { try await raw.send(part) }
            let text = await raw.readAll()
            // The answer was there, and the rest of what was sent did not reset the connection.
            try? await raw.leave()  // or the server has
            return text
        }
        return (text, counts.refusals)
    }

    @Test("An address that is too long is answered with 414")
    func longAddress() async throws {
        let (text, refusals) = try await answer(
            to: "GET /" + String(repeating: "a", count: 90_000) + " HTTP/1.1\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 414 "))
        #expect(
            text.contains("application/problem+json") && text.contains(#""code":"uri_too_long""#))
        #expect(refusals[.headSize] == 1)
    }

    @Test("Ten megabytes of header fields are answered with 431, also while they still come")
    func largeHeaders() async throws {
        let field = "x-a: " + String(repeating: "a", count: 60_000) + "\r\n"
        let (text, _) = try await answer(
            to: "GET / HTTP/1.1\r\n", String(repeating: field, count: 170), "\r\n")
        #expect(text.hasPrefix("HTTP/1.1 431 "))
        #expect(text.contains(#""code":"headers_too_large""#))
    }

    @Test("What is no request is answered with 400")
    func noRequest() async throws {
        let (text, refusals) = try await answer(to: "NONSENSE\r\n\r\n")
        #expect(text.hasPrefix("HTTP/1.1 400 ") && text.contains(#""code":"invalid_input""#))
        #expect(refusals[.malformed] == 1)
    }

    @Test("A head that comes too slowly is answered with 408")
    func slowHead() async throws {
        let (text, refusals) = try await answer(to: "GET /live HTTP/1.1\r\nHost: loc") {
            $0.connections.headTime = .milliseconds(50)
        }
        #expect(text.hasPrefix("HTTP/1.1 408 ") && text.contains(#""code":"request_timeout""#))
        #expect(refusals[.slowHead] == 1)
    }

    @Test("A body that comes too slowly is answered with 408, and nothing is begun")
    func slowBody() async throws {
        let (text, refusals) = try await answer(
            to: "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{"
        ) {
            $0.connections.bodyTime = .milliseconds(50)
            $0.connections.lingerTime = .milliseconds(50)
        }
        #expect(text.hasPrefix("HTTP/1.1 408 ") && !text.contains("500"))
        #expect(refusals[.slowBody] == 1)
    }

    @Test("A connection too many is told so; when one is closed there is room again")
    func connections() async throws {
        var fixture = ServerFixture([])
        fixture.options.connections.maxConnections = 1
        let counts = fixture.options.counts
        try await fixture.serve(.live) { client, _ in
            let port = try #require(client.port)
            // The fixture's own client is the first one.
            _ = try await client.json(.get, "/live")
            let refused = try await RawClient(port)
            let text = await refused.readAll()
            #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("retry-after: 1"))
            #expect(text.contains(#""code":"too_many_connections""#))
            try? await refused.leave()  // or the server has
            while counts.openConnections > 1 { await Task.yield() }
            let health = try await client.json(.get, "/health").document
            #expect(health["open_connections"] == 1)
        }
        #expect(counts.refusals[.connections] == 1)
    }

    @Test("A request whose sender sends no more is answered")
    func halfClosed() async throws {
        try await ServerFixture([]).serve(.live) { client, _ in
            let raw = try await RawClient(try #require(client.port))
            try await raw.send("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try await raw.endSending()
            #expect(await raw.readAll().hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("Two requests on one connection, the second slow, get an answer each")
    func pipelined() async throws {
        var fixture = ServerFixture([])
        fixture.options.connections.headTime = .milliseconds(50)
        try await fixture.serve(.live) { client, _ in
            let raw = try await RawClient(try #require(client.port))
            try await raw.send("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = await raw.read(until: "\"ok\"}")
            try await raw.send("GET /live")
            #expect(await raw.readAll().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test(
        "The beginning of a second request has its time also when it came together with the first")
    func together() async throws {
        let body = #"{"input": 1}"#
        for first in [
            "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "\r\nGET /live HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body,
            "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "c\r\n\(body)\r\n0\r\n\r\n",
        ] {
            let (text, refusals) = try await answer(to: first + "GET /live HT") {
                $0.connections.headTime = .milliseconds(200)
            }
            #expect(text.hasPrefix("HTTP/1.1 200 ") || text.hasPrefix("HTTP/1.1 400 "), "\(first)")
            #expect(refusals[.slowHead] == 1, "\(first)")
        }
    }

    @Test("Whole requests that come together, also in pieces of one byte, get an answer each")
    func whole() async throws {
        let post =
            "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "2\r\n\n\n\r\n0\r\n\r\n"
        let get = "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let last = "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        let all = get + post + get + "\r\n" + post + last
        for bytes in [[all], all.map { String($0) }] {
            try await ServerFixture([]).serve(.live) { client, _ in
                let raw = try await RawClient(try #require(client.port))
                for part in bytes { try await raw.send(part) }
                let text = await raw.readAll()
                try? await raw.leave()  // or the server has
                #expect(text.components(separatedBy: "HTTP/1.1 200 ").count == 4)
                #expect(text.components(separatedBy: "HTTP/1.1 400 ").count == 3)
            }
        }
    }

    @Test("With TLS a connection is counted before it speaks, and closed when it is one too many")
    func encrypted() async throws {
        let folder = try TemporaryFolder()
        let pair = try folder.certificate("one.example")
        var fixture = ServerFixture([])
        fixture.options.certificate = try ServedCertificate(
            certificate: pair.certificate, key: pair.key)
        fixture.options.connections.maxConnections = 0
        fixture.options.connections.headTime = .seconds(100)
        let counts = fixture.options.counts
        try await fixture.serve(.live) { client, _ in
            let raw = try await RawClient(try #require(client.port))
            #expect(await raw.readAll().isEmpty)
            try? await raw.leave()  // it is closed
            while counts.openConnections > 0 { await Task.yield() }
        }
        #expect(counts.refusals[.connections] == counts.acceptedConnections)
    }

    @Test("Addresses of this machine are not counted, those of a network of IPv6 together")
    func addresses() throws {
        func counted(_ text: String) throws -> String? {
            ClientAddress.counted(try .init(ipAddress: text, port: 1))
        }
        #expect(try counted("127.0.0.1") == nil)
        #expect(try counted("::1") == nil)
        #expect(try counted("192.0.2.7") == "192.0.2.7")
        #expect(try counted("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64")
        #expect(try counted("2001:db8::9") == "2001:db8:0:0::/64")
    }

    @Test("The connections of one address have a bound of their own")
    func perAddress() {
        var limits = ConnectionLimits()
        limits.maxPerAddress = 1
        let counts = ServerCounts()
        #expect(counts.open("192.0.2.7", limits: limits) == nil)
        #expect(counts.open("192.0.2.7", limits: limits) == .addressConnections)
        #expect(counts.open("192.0.2.8", limits: limits) == nil)
        #expect(counts.open(nil, limits: limits) == nil)
        counts.close("192.0.2.7")
        counts.close("192.0.2.7")
        #expect(counts.open("192.0.2.7", limits: limits) == nil)
        #expect(counts.openConnections == 3)
    }
}
