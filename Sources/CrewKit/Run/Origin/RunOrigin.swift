/// By which request a run was asked for, so that what it does can be found again by that.
public struct RunOrigin: Sendable, Hashable, Codable {
    /// The id of the request, as whoever sent it knows it.
    public var requestID: String?
    /// The span of the request; model calls and tools are told of it.
    public var trace: TraceContext?

    enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case trace
    }

    public init(requestID: String? = nil, trace: TraceContext? = nil) {
        self.requestID = requestID
        self.trace = trace
    }
}
