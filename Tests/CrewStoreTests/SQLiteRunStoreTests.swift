import CrewKit
import CrewTesting
import Foundation
import Testing

@testable import CrewStore

@Suite("SQLiteRunStore")
struct SQLiteRunStoreTests {
    @Test("Keeps the RunStore contract")
    func contract() async throws {
        let folder = try StoreFolder()
        try await RunStoreContract { try SQLiteRunStore(path: folder.newPath()) }.check()
    }
}
