import CrewKit

/// Who sends a request, as far as the server knows.
struct Caller: Sendable, Hashable {
    /// The name of the key; absent where no keys are asked for.
    let key: String?
    /// Whose runs are seen; absent means those of nobody in particular.
    let tenant: String?
    let scopes: Set<AccessScope>
    /// Of the key's secret: two keys may have one name.
    var digest: [UInt8]?

    /// Somebody on the same machine, where no keys are asked for.
    static let local = Caller(key: nil, tenant: nil, scopes: Set(AccessScope.allCases))
    /// Somebody without a key, where keys are asked for.
    static let nobody = Caller(key: nil, tenant: nil, scopes: [])

    func may(_ scope: AccessScope) -> Bool { scopes.contains(scope) || scopes.contains(.admin) }

    /// Which runs are there for this caller.
    var tenants: RunQuery.Tenants { scopes.contains(.admin) ? .all : .only(tenant) }

    /// Whether figures may be told in which the runs of all tenants count.
    var seesWholeServer: Bool { may(.admin) || (may(.metrics) && tenant == nil) }

    func sees(_ record: RunRecord) -> Bool {
        switch tenants {
        case .all: true
        case .only(let tenant): record.tenant == tenant
        }
    }

    /// Somebody who sees all looks at one tenant.
    ///
    /// - Throws: `forbidden` for somebody who does not see that tenant.
    func asking(about tenant: String) throws(CrewError) -> Caller {
        guard may(.admin) || tenant == self.tenant else { throw lacks(.admin) }
        return Caller(
            key: key, tenant: tenant, scopes: scopes.subtracting([.admin]), digest: digest)
    }

    /// - Throws: `forbidden`, with the scope that is missing.
    func check(_ endpoint: Endpoint) throws(CrewError) {
        guard let scope = endpoint.needs else { return }
        try check(scope)
        guard scope != .metrics || endpoint.isTenantAware || seesWholeServer else {
            throw CrewError(
                .forbidden,
                "key '\(key ?? "")' is a tenant's, and these are figures of the whole server: "
                    + "that takes a key without a tenant, or the scope 'admin'")
        }
    }

    /// - Throws: `forbidden`, with the scope that is missing.
    func check(_ scope: AccessScope) throws(CrewError) {
        guard may(scope) else { throw lacks(scope) }
    }

    private func lacks(_ scope: AccessScope) -> CrewError {
        CrewError(
            .forbidden, "key '\(key ?? "")' may not do this: it lacks the scope '\(scope.rawValue)'"
        )
    }
}
