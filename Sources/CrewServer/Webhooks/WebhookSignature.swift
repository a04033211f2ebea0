import CrewKit
import Crypto
import Foundation

/// Proves to whoever is told of a run that this server tells it.
///
/// Standard Webhooks 1.0.0 (standardwebhooks.com): HMAC-SHA256 over id, time and body.
struct WebhookSignature: Sendable {
    private static let prefix = "whsec_"
    private static let fewestBytes = 16

    private let key: SymmetricKey

    /// - Parameter secret: `whsec_` and base64, as the standard writes them, or any text.
    /// - Throws: `invalidInput` for base64 that is none, and a key of less than 16 bytes.
    init(secret: String) throws(CrewError) {
        let bytes: Data
        if secret.hasPrefix(Self.prefix) {
            guard let decoded = Data(base64Encoded: String(secret.dropFirst(Self.prefix.count)))
            else {
                throw CrewError(
                    .invalidInput,
                    "the secret of the webhook begins with whsec_, but what follows is not base64")
            }
            bytes = decoded
        } else {
            bytes = Data(secret.utf8)
        }
        guard bytes.count >= Self.fewestBytes else {
            throw CrewError(
                .invalidInput,
                "the secret of the webhook has \(bytes.count) bytes: give it \(Self.fewestBytes) at least"
            )
        }
        key = SymmetricKey(data: bytes)
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
