/// The bounds of what a client may send.
public struct RequestLimits: Sendable, Hashable {
    /// Characters of a query, as people count them. The crew's `maxInputBytes` bounds it too.
    public var maxQueryCharacters = 10_000
    /// Messages of a history that comes with a request.
    public var maxHistoryMessages = 1_000
    /// Bytes of a request's body.
    public var maxBodyBytes = 8 << 20
    /// Bytes of one header field, and of the request line with its URL.
    public var maxHeaderFieldBytes = 80 << 10
    /// Bytes of all header fields together.
    public var maxHeaderBytes = 128 << 10
    /// Streams that are open at the same time; another one is refused.
    public var maxOpenStreams = 10_000

    public init() {}
}
