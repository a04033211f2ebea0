import ArgumentParser
import AsyncHTTPClient
import CrewKit
import CrewServer
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Whom a server tells of runs that wait or have ended.
struct WebhookOptions: ParsableArguments {
    @Option(
        name: .customLong("webhook"),
        help: ArgumentHelp(
            "An address that is sent a message when a run begins to wait for a person or ends.",
            discussion: """
                Messages are signed as the Standard Webhooks say, with the secret in \
                CREW_WEBHOOK_SECRET (at least 16 bytes, or whsec_ and base64), and sent again for a \
                day until they are taken.
                """,
            valueName: "url"))
    var address: String?

    /// `nil` when nobody is to be told.
    ///
    /// - Throws: `ValidationError` when there is no secret; `invalidInput`.
    func calls(
        for runners: [CrewRunner], environment: [String: String], logger: Logger
    ) async throws -> WebhookCalls? {
        guard let address, let first = runners.first else { return nil }
        guard let secret = environment["CREW_WEBHOOK_SECRET"] else {
            throw ValidationError(
                "--webhook needs a secret of at least 16 bytes in CREW_WEBHOOK_SECRET")
        }
        let client = WebhookClient()
        do {
            let webhook = try Webhook(
                runner: first, others: Array(runners.dropFirst()), address: address, secret: secret,
                transport: client,
                logger: logger)
            return WebhookCalls(client: client, webhook: webhook)
        } catch {
            try? await client.shutdown()  // the refusal matters more
            throw error
        }
    }
}

/// A webhook with its connections.
struct WebhookCalls: Service {
    fileprivate let client: WebhookClient
    fileprivate let webhook: Webhook

    func run() async throws {
        try await webhook.run()
        try? await client.shutdown()  // the process ends
    }
}

/// Sends a webhook's messages over HTTP.
private struct WebhookClient: WebhookTransport {
    /// How long an answer may take.
    private static let patience: TimeAmount = .seconds(10)

    private let client: HTTPClient

    init() {
        // A signed message is for one address, not for where that one points.
        client = HTTPClient(
            configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))
    }

    func post(
        _ body: String, fields: [(name: String, value: String)], to address: String
    ) async throws -> Int {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        for field in fields { request.headers.add(name: field.name, value: field.value) }
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await client.execute(request, timeout: Self.patience)
        return Int(response.status.code)
    }

    func shutdown() async throws { try await client.shutdown() }
}
