import CrewKit

/// What tells endpoints apart: provider, base URL and a hash of the key.
///
/// The hash is of this process and leads back to no key.
struct EndpointKey: Hashable, Sendable {
    let provider: String
    let base: String
    let keyHash: Int
    /// Host and port, for people.
    let host: String
    /// A hash of all of it, made once: keys are looked up at every call.
    private let hash: Int

    init(provider: String, address: EndpointAddress, key: Secret?) {
        self.provider = provider
        base = address.base + address.query
        host = address.host
        keyHash = key?.revealed.trimmingBlanks.hashValue ?? 0
        var hasher = Hasher()
        hasher.combine(provider)
        hasher.combine(base)
        hasher.combine(keyHash)
        hash = hasher.finalize()
    }

    static func == (left: EndpointKey, right: EndpointKey) -> Bool {
        left.hash == right.hash && left.keyHash == right.keyHash && left.base == right.base
            && left.provider == right.provider
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// Base URLs may hold passwords.
extension EndpointKey: CustomStringConvertible, CustomReflectable {
    var description: String { "\(provider) at \(host)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
