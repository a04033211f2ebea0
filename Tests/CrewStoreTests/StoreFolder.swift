import Foundation
import Synchronization

/// A folder of a test's own, gone with it.
final class StoreFolder: Sendable {
    let url: URL
    private let count = Mutex(0)

    init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(component: "crew-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    var path: String { url.appending(component: "runs.sqlite").path }

    /// A file that no other call names.
    func newPath() -> String {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return url.appending(component: "runs-\(number).sqlite").path
    }
}
