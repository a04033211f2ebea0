import CrewKit
import Foundation
import GRDB
import Testing

@testable import CrewStore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

@Suite("Who may use a store")
struct AccessTests {
    @Test("A second owner is refused and told which process is the first; later it may have it")
    func secondOwner() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        #expect(store.isOwned)
        #expect(await code { _ = try folder.store() } == .storeInUse)
        #expect(
            await message { _ = try folder.store() }
                == "the store '\(folder.path)' is in use by this process: end that, or name another file"
        )
        try await store.close()
        #expect(!store.isOwned)
        try await folder.store().close()
    }

    @Test("A file is owned once, by whatever link it is reached")
    func links() async throws {
        let folder = try StoreFolder()
        let store = try folder.store()
        let link = folder.path("link.sqlite")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path)
        #expect(await code { _ = try SQLiteRunStore(path: link) } == .storeInUse)
        try await store.close()
    }

    @Test("The lock of another process holds until that ends, however it ends")
    func otherProcess() async throws {
        let folder = try StoreFolder()
        let lock = folder.path("runs.sqlite.lock")
        try Data("4242\n".utf8).write(to: URL(filePath: lock))
        let descriptor = open(lock, O_RDWR | O_CLOEXEC)
        #expect(flock(descriptor, LOCK_EX) == 0)
        #expect(await message { _ = try folder.store() }.contains("in use by process 4242"))
        close(descriptor)
        // The dead process's name is still in the file.
        let store = try folder.store()
        let holder = try String(contentsOfFile: lock, encoding: .utf8)
        #expect(holder == "\(getpid())\n")
        try await store.close()
    }

    @Test("A reader reads beside the owner, writes nothing, and knows whether there is an owner")
    func reader() async throws {
        let folder = try StoreFolder()
        let owner = try folder.store()
        let reader = try folder.store(.reader)
        try await StoredLibrary.write(to: owner)
        try await StoredLibrary.expect(in: reader)
        #expect(reader.isOwned)
        #expect(await reader.health() == .working)
        let write = await message { try await reader.append([event(2)], to: "running") }
        #expect(write == "the store was opened for reading only")
        #expect(await code { _ = try await reader.prune(now: Date()) } == .storeFailed)
        try await owner.close()
        #expect(!reader.isOwned)
        try await StoredLibrary.expect(in: reader)
        // A reader in its place keeps no owner out.
        let next = try folder.store()
        #expect(reader.isOwned)
        try await next.close()
        try await reader.close()
    }

    @Test("Asking for the owner all the time keeps none from coming")
    func probing() async throws {
        let folder = try StoreFolder()
        try await folder.store().close()
        let reader = try folder.store(.reader)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while !Task.isCancelled {
                        _ = reader.isOwned
                        await Task.yield()
                    }
                }
            }
            for _ in 0..<20 { try await folder.store().close() }
            group.cancelAll()
        }
        try await reader.close()
    }

    @Test("A reader learns where the owner's server listens; the next owner forgets it")
    func serverAddress() async throws {
        let folder = try StoreFolder()
        let owner = try folder.store()
        try await owner.setServerAddress("http://127.0.0.1:8080")
        let reader = try folder.store(.reader)
        #expect(try await reader.serverAddress() == "http://127.0.0.1:8080")
        try await owner.close()
        let next = try folder.store()
        #expect(try await reader.serverAddress() == nil)
        try await next.setServerAddress("x")
        try await next.setServerAddress(nil)
        #expect(try await next.serverAddress() == nil)
        try await next.close()
        try await reader.close()
    }

    @Test("A store that nobody owns can be read without a file being made beside it")
    func immutable() async throws {
        let folder = try StoreFolder()
        let path = folder.path("a b?c#%.sqlite")
        let file = try StoreFile(path)
        let lockWait = LockWait(limit: .zero, patience: .zero)
        func open() throws -> DatabasePool {
            try file.immutableReaders(file.configuration(isReader: true, lockWait))
        }
        let owner = try SQLiteRunStore(path: path)
        try await owner.create(record("r"), events: [event(1)])
        #expect(await message { _ = try open() }.contains("since it was not closed"))
        try await owner.close()
        let pool = try open()
        let count = try await pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM runs") }
        #expect(count == 1)
        #expect(!FileManager.default.fileExists(atPath: path + "-shm"))
        try pool.close()
    }

    @Test("A reader reads a store in a folder that it may not write", .enabled(if: geteuid() != 0))
    func readOnlyFolder() async throws {
        let folder = try StoreFolder()
        let owner = try folder.store()
        try await owner.create(record("r"), events: [event(1)])
        try await owner.close()
        func permit(_ mode: Int) throws {
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: folder.url.path)
        }
        try permit(0o500)
        defer { try? permit(0o700) }
        let reader = try folder.store(.reader)
        #expect(try await reader.record(of: "r")?.lastSequence == 1)
        try await reader.close()
    }

    @Test("File and folder are made for their owner's eyes only")
    func permissions() async throws {
        let folder = try StoreFolder()
        let path = folder.path("new/deep/runs.sqlite")
        let store = try SQLiteRunStore(path: path)
        func mode(_ path: String) throws -> Int? {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (attributes[.posixPermissions] as? NSNumber)?.intValue
        }
        #expect(try mode(folder.path("new")) == 0o700)
        #expect(try mode(folder.path("new/deep")) == 0o700)
        for ending in ["", "-wal", "-shm", ".lock"] {
            #expect(try mode(path + ending) == 0o600, "\(ending)")
        }
        try await store.close()
    }
}
