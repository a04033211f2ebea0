import CrewTesting

/// The misbehaving server as the endpoint of the contract: it behaves as the contract says.
struct LoopbackServer: ContractServer {
    func serve(
        _ response: EndpointResponse, _ body: (ServedEndpoint) async throws -> Void
    ) async throws {
        try await MisbehavingServer.run(response.steps) { server in
            try await body(
                ServedEndpoint(
                    address: "http://127.0.0.1:\(server.port)",
                    nextRequest: { ReceivedRequest(await server.nextRequest()) },
                    connectionClosed: { await server.connectionClosed() }))
        }
    }
}

extension EndpointResponse {
    /// What the server does with a request.
    var steps: [MisbehavingServer.Step] {
        let lines = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }
        let head =
            "HTTP/1.1 \(status) Status\r\n" + lines.joined() + "transfer-encoding: chunked\r\n\r\n"
        let chunks = pieces.filter { !$0.isEmpty }.map { MisbehavingServer.Step.chunk(bytes: $0) }
        // An endpoint that never answers sends no head either.
        let isSilent = chunks.isEmpty && end == .hold
        return (isSilent ? [] : [.send(head)]) + chunks + lastSteps
    }

    private var lastSteps: [MisbehavingServer.Step] {
        switch end {
        case .complete: [.end]
        case .cut: [.close]
        case .hold: [.hold]
        case .endless(let bytes):
            [
                .endlessly(
                    "\(String(bytes.count, radix: 16))\r\n"
                        + String(decoding: bytes, as: UTF8.self) + "\r\n")
            ]
        }
    }
}
