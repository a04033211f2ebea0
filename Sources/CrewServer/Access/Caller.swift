import CrewKit

/// Who sends a request, as far as the server knows.
struct Caller: Sendable, Hashable {
    /// The name of the key; absent where no keys are asked for.
    let key: String?
    /// Whose runs are seen; absent means those of nobody in particular.
    let tenant: String?
    let scopes: Set<AccessScope>

    /// Somebody on the same machine, where no keys are asked for.
    static let local = Caller(key: nil, tenant: nil, scopes: Set(AccessScope.allCases))

    func may(_ scope: AccessScope) -> Bool { scopes.contains(scope) || scopes.contains(.admin) }

    /// Which runs are there for this caller.
    var tenants: RunQuery.Tenants { scopes.contains(.admin) ? .all : .only(tenant) }
}
