import Hummingbird
import NIOCore

/// The writing end of a connection, for the tasks of one stream.
///
/// Sendable: every writer of hummingbird is an immutable value around the outbound side of a
/// connection (in its tests around a lock), which takes whole buffers from any task; only the
/// protocol does not say so. Nothing is mutated here but a copy.
struct ConnectionWriter: @unchecked Sendable {
    private let writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    /// Returns when the connection has room for more.
    func write(_ buffer: ByteBuffer) async throws {
        var writer = writer
        try await writer.write(buffer)
    }

    /// Ends the response.
    func finish() async throws { try await writer.finish(nil) }
}
