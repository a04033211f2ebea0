import CrewKit
import NIOCore
import NIOPosix
import Synchronization

@testable import CrewTools

/// A server on the loopback whose answers a test writes.
struct ScriptedHTTPServer: Sendable {
    struct Request: Sendable {
        var method: String
        var headers: [String: String]
        var body: String

        /// The JSON-RPC message; null for what is none.
        var message: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

        func header(_ name: String) -> String? { headers[name] }

        /// The answer to this request.
        func result(_ value: JSONValue) -> JSONValue {
            ["jsonrpc": "2.0", "id": message["id"] ?? .null, "result": value]
        }
    }

    struct Response: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body = ""

        static func json(
            _ value: JSONValue, status: Int = 200, headers: [String: String] = [:]
        ) -> Self {
            Self(
                status: status,
                headers: headers.merging(["Content-Type": "application/json"]) { $1 },
                body: value.text)
        }

        static func status(_ status: Int, headers: [String: String] = [:]) -> Self {
            Self(status: status, headers: headers)
        }

        static func stream(_ text: String) -> Self {
            Self(headers: ["Content-Type": "text/event-stream"], body: text)
        }

        var text: String {
            let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
            return "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n"
                + "\(lines)\r\n\(body)"
        }
    }

    let answer: @Sendable (Request) -> Response

    init(_ answer: @escaping @Sendable (Request) -> Response) { self.answer = answer }

    /// Listens while a body runs.
    func withURL(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        let port = server.channel.localAddress?.port ?? 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await accept(from: server) }
            group.addTask {
                try await body("http://127.0.0.1:\(port)")
                throw Done()
            }
            do {
                for try await _ in group {}
            } catch is Done {
                group.cancelAll()
            }
        }
    }

    private struct Done: Error {}

    private func accept(
        from server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
    ) async throws {
        try await server.executeThenClose { connections in
            await withTaskGroup(of: Void.self) { group in
                // The end of the listener, and of a connection, is the end of a test.
                do {
                    for try await connection in connections {
                        group.addTask { try? await serve(connection) }
                    }
                } catch {}
                group.cancelAll()
            }
        }
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var received = ""
            for try await bytes in inbound {
                received += String(buffer: bytes)
                while let request = Self.request(in: &received) {
                    try await outbound.write(ByteBuffer(string: answer(request).text))
                }
            }
        }
    }

    /// Takes a whole request off the beginning of what was received.
    private static func request(in received: inout String) -> Request? {
        guard let end = received.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = received[..<end.lowerBound].split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        let rest = received[end.upperBound...].utf8
        guard rest.count >= length else { return nil }
        let body = String(decoding: rest.prefix(length), as: UTF8.self)
        received = String(decoding: rest.dropFirst(length), as: UTF8.self)
        return Request(
            method: lines[0].split(separator: " ").first.map(String.init) ?? "", headers: headers,
            body: body)
    }
}
