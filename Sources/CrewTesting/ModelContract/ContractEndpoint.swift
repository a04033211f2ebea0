/// Plays the endpoint: the contract needs a server, and knows none.
public protocol ContractServer: Sendable {
    /// Runs `body` beside an endpoint on this machine that answers each request with `response`.
    func serve(
        _ response: EndpointResponse, _ body: (ServedEndpoint) async throws -> Void
    ) async throws
}

/// What an endpoint sends in answer to one request.
public struct EndpointResponse: Sendable, Hashable {
    /// How the body ends.
    public enum End: Sendable, Hashable {
        case complete
        /// The connection is closed in the middle of the body.
        case cut
        /// Nothing more is sent until the client leaves.
        case hold
        /// These bytes are sent again and again until the client leaves.
        case endless([UInt8])
    }

    public var status: Int
    /// Among them the content type.
    public var headers: [String: String]
    /// The body in the pieces in which it is sent, each as a chunk of its own.
    public var pieces: [[UInt8]]
    /// Set by the contract.
    public var end = End.complete

    public init(status: Int = 200, headers: [String: String], pieces: [[UInt8]]) {
        self.status = status
        self.headers = headers
        self.pieces = pieces
    }

    /// A stream in which each of the texts is sent by itself.
    public init(status: Int = 200, type: String, _ texts: [String]) {
        self.init(
            status: status, headers: ["content-type": type], pieces: texts.map { Array($0.utf8) })
    }

    /// The whole body.
    public var body: [UInt8] { Array(pieces.joined()) }
}

/// An endpoint that is played.
public struct ServedEndpoint: Sendable {
    /// Scheme, host and port, such as `http://127.0.0.1:8000`.
    public let address: String
    private let nextRequest: @Sendable () async -> ReceivedRequest
    private let connectionClosed: @Sendable () async -> Void

    /// - Parameters:
    ///   - nextRequest: waits for the next request that was received.
    ///   - connectionClosed: waits until a client has closed its connection.
    public init(
        address: String, nextRequest: @escaping @Sendable () async -> ReceivedRequest,
        connectionClosed: @escaping @Sendable () async -> Void
    ) {
        self.address = address
        self.nextRequest = nextRequest
        self.connectionClosed = connectionClosed
    }

    /// Waits for the next request that was received.
    public func received() async -> ReceivedRequest { await nextRequest() }

    /// Waits until a client has closed its connection.
    public func closed() async { await connectionClosed() }
}
