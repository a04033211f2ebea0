/// What a key may do.
public enum AccessScope: String, Sendable, Hashable, Codable, CaseIterable {
    /// Start runs, answer them, cancel and delete them.
    case run
    /// Look at runs and their events.
    case read
    /// Decide about calls that wait for a person.
    case approve
    /// Read figures of the whole server: `/metrics`, the details of `/health`.
    case metrics
    /// Everything, for all tenants.
    case admin
}
