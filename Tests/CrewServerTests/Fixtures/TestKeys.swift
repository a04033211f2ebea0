import CrewKit
import HTTPTypes

@testable import CrewServer

/// Keys whose secrets are known.
enum TestKeys {
    /// The line of a key whose secret is its name and some more.
    static func line(
        _ name: String, _ scopes: [AccessScope], tenant: String? = nil, until day: String? = nil
    ) -> String {
        AccessKey.line(
            name: name, secret: secret(name), scopes: scopes.map(\.rawValue), tenant: tenant,
            until: day)
    }

    static func secret(_ name: String) -> String { "crew_\(name)-is-no-secret" }

    static func keys(_ lines: String...) throws -> AccessKeys {
        try AccessKeys(file: nil, environment: lines.joined(separator: "\n"))
    }

    /// What a tenant may be allowed.
    static let tenants: [AccessScope] = [.run, .read, .approve, .metrics]
}

extension HTTPFields {
    /// The key of that name.
    static func key(_ name: String, _ more: [String: String] = [:]) -> HTTPFields {
        var fields = HTTPFields(more)
        fields[.authorization] = "Bearer \(TestKeys.secret(name))"
        return fields
    }
}
