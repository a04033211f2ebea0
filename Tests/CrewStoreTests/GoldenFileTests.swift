import CrewKit
import Foundation
import GRDB
import Testing

@testable import CrewStore

/// Files as released versions wrote them must be readable for good.
@Suite("Golden files")
struct GoldenFileTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(component: "Fixtures")
    private static let versions = ["v1", "v2"]

    @Test("A file of each version is opened and read back in full", arguments: versions)
    func readBack(_ version: String) async throws {
        let folder = try StoreFolder()
        try FileManager.default.copyItem(
            at: Self.fixtures.appending(component: "\(version).sqlite"),
            to: URL(filePath: folder.path))
        let store = try folder.store()
        try await StoredLibrary.expect(in: store)
        #expect(await store.health() == .working)
        try await store.append([event(2, .runEnded(RunEnded(outcome: .completed)))], to: "running")
        #expect(try await store.record(of: "running")?.status == .ended(.completed))
        try await store.close()
    }

    @Test("There is a file of the version that is written now")
    func newest() {
        #expect(StoreSchema.migrator.migrations == Self.versions)
    }

    /// Writes the newest version's file anew; its name is given in the environment:
    /// `CREW_GOLDEN_FILE=v1 swift test --filter GoldenFileTests`.
    @Test(
        "Write a golden file",
        .enabled(if: ProcessInfo.processInfo.environment["CREW_GOLDEN_FILE"] != nil))
    func write() async throws {
        let name = try #require(ProcessInfo.processInfo.environment["CREW_GOLDEN_FILE"])
        let folder = try StoreFolder()
        let store = try folder.store()
        try await StoredLibrary.write(to: store)
        try await store.close()
        let file = Self.fixtures.appending(component: "\(name).sqlite")
        try? FileManager.default.removeItem(at: file)
        try FileManager.default.copyItem(at: URL(filePath: folder.path), to: file)
    }
}
