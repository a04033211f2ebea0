import Crypto
package import Foundation

/// A key that opens the server for a program or a person, without its secret.
package struct AccessKey: Sendable, Hashable {
    /// What it is called; two keys may have one name, while one takes the place of the other.
    package let name: String
    /// The SHA-256 of the secret. A secret is 256 bits of chance, so nobody finds it from this.
    let digest: [UInt8]
    package let scopes: Set<AccessScope>
    /// Whose runs it opens; absent for those of nobody in particular.
    package let tenant: String?
    /// The last day on which it counts, such as `2027-01-01`.
    package let lastDay: String?
    /// When it has ceased to count.
    package let end: Date?

    /// How a line writes that a digest follows.
    static let mark = "sha256:"
    /// What every secret begins with, so that those that were lost are found.
    package static let beginning = "crew_"
    /// Bytes of chance in a secret.
    package static let secretBytes = 32

    init(
        name: String, digest: [UInt8], scopes: Set<AccessScope>, tenant: String?, lastDay: String?,
        end: Date?
    ) {
        self.name = name
        self.digest = digest
        self.scopes = scopes
        self.tenant = tenant
        self.lastDay = lastDay
        self.end = end
    }

    /// The secret that these bytes make.
    package static func secret(of bytes: [UInt8]) -> String {
        let text = Data(bytes).base64EncodedString()
        return beginning
            + text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func digest(of secret: some StringProtocol) -> [UInt8] {
        Array(SHA256.hash(data: Array(secret.utf8)))
    }

    /// The line of a secret in a file of keys.
    package static func line(
        name: String, secret: String, scopes: [String], tenant: String?, until day: String?
    ) -> String {
        let digest = digest(of: secret).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        var words = [name, mark + digest.joined(), scopes.joined(separator: ",")]
        if let tenant { words.append("tenant=\(tenant)") }
        if let day { words.append("until=\(day)") }
        return words.joined(separator: "  ")
    }

    /// Enough of the digest to tell keys of one name apart.
    package var mark: String {
        digest.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    var caller: Caller { Caller(key: name, tenant: tenant, scopes: scopes, digest: digest) }

    /// Takes as long whatever the other one is.
    func has(_ other: [UInt8]) -> Bool {
        guard digest.count == other.count else { return false }
        return zip(digest, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
