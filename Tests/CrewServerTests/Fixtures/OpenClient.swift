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
                "/api/crew/stream", method: .post, authority: "localhost",
                body: ByteBuffer(string: json)))
    }

    /// Reads on until this text has come, or the stream has ended; returns everything that came.
    func read(until text: String) async -> String {
        var read = ""
        for await piece in pieces {
            read += piece
            if read.contains(text) { break }
        }
        return read
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
