import HTTPTypes
import HummingbirdTesting
import NIOCore

/// A client that reads a stream while it comes, and can leave in the middle of it.
struct OpenClient {
    private let client: TestClient
    private let pieces: AsyncStream<String>

    /// Sends the request and does not wait for an answer.
    ///
    /// - Parameter isReading: without it the connection fills up, until `startReading`.
    init(_ port: Int, _ json: String, isReading: Bool = true) async throws {
        try await self.init(port, .post, "/api/crew/stream", json, isReading: isReading)
    }

    init(
        _ port: Int, _ method: HTTPRequest.Method, _ uri: String, headers: HTTPFields = [:],
        _ json: String? = nil, isReading: Bool = true
    ) async throws {
        client = TestClient(host: "localhost", port: port)
        client.connect()
        let (pieces, piece) = AsyncStream<String>.makeStream()
        self.pieces = pieces
        let channel = try await client.getChannel()
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(Tap(piece: piece), position: .first)
        }.get()
        try await channel.setOption(.autoRead, value: isReading).get()
        try await client.executeAndDontWaitForResponse(
            TestClient.Request(
                uri, method: method, authority: "localhost", headers: headers,
                body: json.map { ByteBuffer(string: $0) }))
    }

    /// Reads on until this text has come, or the stream has ended; returns everything that came.
    func read(until text: String) async -> String { await read { $0.contains(text) } }

    /// Reads on until enough has come, or the stream has ended; returns everything that came.
    func read(until isEnough: (String) throws -> Bool) async rethrows -> String {
        var read = ""
        for await piece in pieces {
            read += piece
            if try isEnough(read) { break }
        }
        return read
    }

    /// What has come of the body of a response that is sent in chunks.
    static func body(of response: String) -> String {
        var rest = Array(response.utf8)[...]
        let gap = Array("\r\n".utf8)
        guard let head = rest.firstRange(of: gap + gap) else { return "" }
        rest = rest[head.upperBound...]
        var body: [UInt8] = []
        while let line = rest.firstRange(of: gap),
            let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16),
            size > 0
        {
            body += rest[line.upperBound...].prefix(size)
            rest = rest[line.upperBound...].dropFirst(size + gap.count)
        }
        return String(decoding: body, as: UTF8.self)
    }

    func startReading() async throws {
        try await client.getChannel().setOption(.autoRead, value: true).get()
    }

    func leave() async throws { try await client.shutdown() }

    /// Sees the bytes before anybody else.
    private final class Tap: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer
        private let piece: AsyncStream<String>.Continuation

        init(piece: AsyncStream<String>.Continuation) { self.piece = piece }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            piece.yield(String(buffer: unwrapInboundIn(data)))
            context.fireChannelRead(data)
        }

        func channelInactive(context: ChannelHandlerContext) {
            piece.finish()
            context.fireChannelInactive()
        }
    }
}
