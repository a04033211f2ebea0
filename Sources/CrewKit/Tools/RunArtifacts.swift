import Foundation

/// Where a tool puts what it makes beside its words: a report, a picture, a long table.
public struct RunArtifacts: Sendable {
    private let run: RunID
    private let store: any RunStore
    private let now: @Sendable () -> Date

    init(run: RunID, store: any RunStore, now: @escaping @Sendable () -> Date) {
        self.run = run
        self.store = store
        self.now = now
    }

    /// Keeps bytes under a name of the run, in place of what had that name before.
    ///
    /// - Throws: `invalidInput` for a name that `Artifact` does not allow, or what the store throws.
    public func save(_ bytes: [UInt8], as name: String, mediaType: String) async throws {
        try await store.save(
            Artifact(name: name, mediaType: mediaType, byteCount: bytes.count, createdAt: now()),
            bytes: bytes, of: run)
    }
}
