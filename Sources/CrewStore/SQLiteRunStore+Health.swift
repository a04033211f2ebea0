public import CrewKit

extension SQLiteRunStore {
    /// Notes where the owner's server listens, for readers; `nil` when it no longer does.
    ///
    /// An owner that opens the store forgets what an earlier one noted.
    public func setServerAddress(_ address: String?) async throws {
        try await write { database, _ in try StoreFact.serverAddress.set(address, in: database) }
    }

    /// Where the owner's server listens; worth something only while the store `isOwned`.
    public func serverAddress() async throws -> String? {
        try await read { try StoreFact.serverAddress.value(in: $0) }
    }

    /// Writes something, reads it back and takes it away, at most once a second.
    ///
    /// It does not wait as long as a write for another program that holds the file locked.
    public func health() async -> StoreHealth {
        if faults.mayProbe(at: options.now()) {
            do {
                try await probe()
                if access == .reader { faults.noteSuccess() }
            } catch {
                let failure = StoreFailure.failure(error, path: path)
                faults.note(error, failure)
                return .degraded(failure.message)
            }
        }
        return faults.sentence.map { .degraded($0) } ?? .working
    }

    /// What is written needs pages of its own, so that it fails where an event would.
    private func probe() async throws {
        try place.check()
        guard access == .owner else {
            _ = try await read { try StoreFact.probe.value(in: $0) }
            return
        }
        let text = String(repeating: "crew", count: 4_096)
        try await write(.probe) { database, _ in try StoreFact.probe.set(text, in: database) }
        let found = try await read { try StoreFact.probe.value(in: $0) }
        try await write(.probe) { database, _ in try StoreFact.probe.set(nil, in: database) }
        guard found == text else {
            throw CrewError(.storeFailed, "the store of runs does not keep what it is given")
        }
    }
}
