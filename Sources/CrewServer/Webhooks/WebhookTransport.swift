/// Sends a webhook's messages over the network.
public protocol WebhookTransport: Sendable {
    /// Posts a JSON body and returns the status of the answer.
    ///
    /// It follows no redirects and gives up after some seconds.
    ///
    /// - Throws: when no answer came.
    func post(
        _ body: String, fields: [(name: String, value: String)], to address: String
    ) async throws -> Int
}
