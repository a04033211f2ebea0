import CrewConfig
import Synchronization

/// Takes the secrets of all crews that work together out of what is logged and told.
///
/// A secret that was given another value stays one.
final class Redaction: Sendable {
    private let secrets: Mutex<SecretTexts>

    init(_ secrets: SecretTexts = SecretTexts()) { self.secrets = Mutex(secrets) }

    func add(_ more: SecretTexts) { secrets.withLock { $0.add(more) } }

    func redacted(_ text: String) -> String { secrets.withLock { $0 }.redacted(text) }
}
