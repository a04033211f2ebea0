import CrewKit
import Foundation
import GRDB
import Testing

@testable import CrewStore

@Suite("Files that are no store of this version")
struct UnreadableFileTests {
    private func expectRefusal(
        _ folder: StoreFolder, saying part: String,
        _ accesses: [SQLiteRunStore.Access] = [.owner, .reader]
    ) async {
        for access in accesses {
            var refusal: CrewError?
            do { _ = try folder.store(access) } catch { refusal = error as? CrewError }
            #expect(refusal?.code == .storeUnreadable)
            #expect(refusal?.message.contains(part) == true, "\(refusal?.message ?? "none")")
        }
        // Whoever is refused leaves the file to others.
        #expect(!StoreLock.isHeld(store: folder.path))
    }

    @Test("A file of a newer version is refused and left as it is")
    func newer() async throws {
        let folder = try StoreFolder()
        try await folder.store().close()
        let raw = try folder.rawFile()
        try await raw.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('v1000')")
        }
        try raw.close()
        await expectRefusal(folder, saying: "newer version of crew")
    }

    @Test("A file of something else is refused and left as it is")
    func text() async throws {
        let folder = try StoreFolder()
        let text = Data(String(repeating: "dear diary, ", count: 1_000).utf8)
        try text.write(to: URL(filePath: folder.path))
        await expectRefusal(folder, saying: "is not a store of runs")
        #expect(try Data(contentsOf: URL(filePath: folder.path)) == text)
    }

    @Test("A file of SQLite that another program made is refused and left as it is")
    func foreign() async throws {
        let folder = try StoreFolder()
        let raw = try folder.rawFile()
        try await raw.write { try $0.execute(sql: "CREATE TABLE runs (id)") }
        try raw.close()
        let before = try Data(contentsOf: URL(filePath: folder.path))
        await expectRefusal(folder, saying: "belongs to another program")
        #expect(try Data(contentsOf: URL(filePath: folder.path)) == before)
    }

    @Test("A damaged file is refused")
    func damaged() async throws {
        let folder = try StoreFolder()
        try await folder.store().close()
        let file = try FileHandle(forUpdating: URL(filePath: folder.path))
        // Behind the header of the first page, which is the schema's.
        try file.seek(toOffset: 100)
        try file.write(contentsOf: Data(repeating: 0xff, count: 3_996))
        try file.close()
        await expectRefusal(folder, saying: "is damaged: put a backup in its place")
    }

    @Test("A shortened file is refused")
    func shortened() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        try await StoredLibrary.write(to: store)
        try await store.close()
        let file = try FileHandle(forUpdating: URL(filePath: folder.path))
        try file.truncate(atOffset: 4_096)
        try file.close()
        await expectRefusal(folder, saying: "is damaged")
    }

    @Test("An empty file becomes a store, and is none for a reader")
    func empty() async throws {
        let folder = try StoreFolder()
        try Data().write(to: URL(filePath: folder.path))
        await expectRefusal(folder, saying: "is empty or of an older version", [.reader])
        let store = try folder.store()
        try await StoredLibrary.write(to: store)
        try await store.close()
    }

    @Test("A folder in the place of the file is refused")
    func folder() async throws {
        let folder = try StoreFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path, withIntermediateDirectories: false)
        await expectRefusal(folder, saying: "is a folder")
    }

    @Test("A file in the place of the folder is refused")
    func noFolder() async throws {
        let folder = try StoreFolder()
        try Data().write(to: URL(filePath: folder.path("file")))
        let path = folder.path("file/runs.sqlite")
        #expect(
            await code { _ = try SQLiteRunStore(path: path) } == .storeUnreadable)
        #expect(
            await message { _ = try SQLiteRunStore(path: path) }
                .contains("let this user write its folder"))
    }

    @Test(
        "A folder that may not be written is refused",
        .enabled(if: FileManager.default.isWritableFile(atPath: "/") == false))
    func unwritable() async throws {
        let path = "/crew-store-\(UUID().uuidString).sqlite"
        #expect(await code { _ = try SQLiteRunStore(path: path) } == .storeUnreadable)
        #expect(
            await message { _ = try SQLiteRunStore(path: path) }
                .contains("let this user write its folder"))
    }

    @Test("A reader is told that there is no store")
    func missing() async throws {
        let folder = try StoreFolder()
        await expectRefusal(folder, saying: "there is no store", [.reader])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
        #expect(await code { _ = try SQLiteRunStore(path: "") } == .storeUnreadable)
    }
}
