import CrewKit

/// A way to one server: a program's standard input and output, or HTTP.
///
/// What a server says unasked goes to the inbox that the transport was made with.
protocol MCPTransport: Sendable {
    /// Whether requests carry headers, and the rules for headers hold.
    var hasHeaders: Bool { get }

    /// Sends a request and waits for its answer. Cancelling the task tells the server so.
    ///
    /// - Throws: `JSONRPCError` for an error that the server answered, `MCPFailure`, or
    ///   `CancellationError`.
    func exchange(_ request: MCPRequest) async throws -> JSONValue

    /// Tells the server something; returns before it has been sent.
    func notify(_ message: JSONValue, era: MCPEra)

    /// Tells the server something that has to be there before the next request.
    ///
    /// - Throws: `MCPFailure`, `CancellationError`.
    func deliver(_ message: JSONValue, era: MCPEra) async throws

    /// Takes what an older server says unasked, until it stops; at once where nothing need be done.
    ///
    /// - Throws: `MCPFailure` when the way broke, `CancellationError`.
    func listen(era: MCPEra) async throws

    /// Does the transport's work until `close()`, or until the server has gone; says why it went.
    func run() async -> String?

    /// Ends what is under way and lets `run` return. Takes time only for the server's own end.
    func close()
}
