import Crypto
import Foundation

/// Proves to whoever is told of a run that this server tells it.
///
/// Standard Webhooks 1.0.0 (standardwebhooks.com): HMAC-SHA256 over id, time and body.
struct WebhookSignature: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: `whsec_` and base64, as the standard writes them, or any text.
    init(secret: String) {
        let encoded =
            secret.hasPrefix("whsec_") ? Data(base64Encoded: String(secret.dropFirst(6))) : nil
        key = SymmetricKey(data: encoded ?? Data(secret.utf8))
    }

    /// The header fields of one message.
    func fields(id: String, time: Date, body: String) -> [(name: String, value: String)] {
        let seconds = String(Int(time.timeIntervalSince1970))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(seconds).\(body)".utf8), using: key)
        return [
            ("webhook-id", id), ("webhook-timestamp", seconds),
            ("webhook-signature", "v1,\(Data(code).base64EncodedString())"),
        ]
    }
}
