/// What a key may do.
package enum AccessScope: String, Sendable, Hashable, Codable, CaseIterable {
    /// Start runs, answer them, cancel and delete them.
    case run
    /// Look at runs and their events.
    case read
    /// Decide about calls that wait for a person.
    case approve
    /// Read figures: those of the whole server, with a tenant only the tenant's.
    case metrics
    /// Everything, for all tenants.
    case admin
}
