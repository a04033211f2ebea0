import AsyncHTTPClient
import CrewKit
import Foundation
import NIOCore
import NIOHTTP1
import SystemPackage

extension ServedCrew {
    func document(
        _ path: String, body: String? = nil, waits: Bool = false
    ) async throws -> JSONValue {
        try JSONValue(parsing: try await text(of: path, body: body, waits: waits))
    }

    func text(
        of path: String, body: String? = nil, waits: Bool = false
    ) async throws -> String {
        var request = HTTPClientRequest(url: address + path)
        if let body {
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: body))
        }
        if waits { request.headers.add(name: "Prefer", value: "wait") }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        return String(buffer: try await response.body.collect(upTo: 1 << 20))
    }

    /// The one crew that is served.
    func crew() async throws -> JSONValue {
        try await document("/v1/crews")["crews"]?.array?.first ?? .null
    }

    func start(_ input: String) async throws -> String {
        try await document("/v1/runs", body: #"{"input":"\#(input)"}"#)["id"]?.string ?? ""
    }

    func answer(_ input: String) async throws -> String? {
        let run = try await document("/v1/runs", body: #"{"input":"\#(input)"}"#, waits: true)
        return run["result"]?["text"]?.string
    }

    /// What it has logged so far.
    var log: String {
        get throws { try String(contentsOfFile: logFile.string, encoding: .utf8) }
    }
}
