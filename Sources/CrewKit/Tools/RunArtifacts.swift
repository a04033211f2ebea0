package import Foundation

/// Where a tool puts what it makes beside its words: a report, a picture, a long table.
public struct RunArtifacts: Sendable {
    private let keep: @Sendable ([UInt8], String, String) async throws -> Void
    private let find: @Sendable (String) async throws -> [UInt8]?

    package init(
        save:
            @escaping @Sendable ([UInt8], _ name: String, _ mediaType: String) async throws ->
            Void,
        read: @escaping @Sendable (_ name: String) async throws -> [UInt8]?
    ) {
        keep = save
        find = read
    }

    package init(run: RunID, store: any RunStore, now: @escaping @Sendable () -> Date) {
        self.init(
            save: { bytes, name, mediaType in
                try await store.save(
                    Artifact(
                        name: name, mediaType: mediaType, byteCount: bytes.count, createdAt: now()),
                    bytes: bytes, of: run)
            },
            read: { try await store.bytes(ofArtifact: $0, of: run) })
    }

    /// Keeps bytes under a name of the run, in place of what had that name before.
    ///
    /// - Throws: `invalidInput` for a name that `Artifact` does not allow, or what the store throws.
    public func save(_ bytes: [UInt8], as name: String, mediaType: String) async throws {
        try await keep(bytes, name, mediaType)
    }

    /// The bytes that the run keeps under a name; `nil` when it has none.
    public func read(_ name: String) async throws -> [UInt8]? {
        try await find(name)
    }
}
