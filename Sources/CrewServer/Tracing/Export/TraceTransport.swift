/// Sends spans over the network.
public protocol TraceTransport: Sendable {
    /// Posts a body and returns the answer.
    ///
    /// It follows no redirects.
    ///
    /// - Throws: when no answer came in time.
    func post(
        _ body: [UInt8], fields: [(name: String, value: String)], to address: String,
        within limit: Duration
    ) async throws -> TraceAnswer
}

/// What a collector answered.
public struct TraceAnswer: Sendable, Hashable {
    public var status: Int
    /// When it wants to be asked again; absent where it does not say.
    public var retryAfter: Duration?
    /// The beginning of its body.
    public var body: [UInt8]

    public init(status: Int, retryAfter: Duration? = nil, body: [UInt8] = []) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }
}
