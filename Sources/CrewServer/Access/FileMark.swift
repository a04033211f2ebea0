import Foundation

/// What tells that a file is another one than before, without reading it.
struct FileMark: Equatable, Sendable {
    private let path: String
    private let time: Date?
    private let size: Int?
    private let number: Int?
    private let permissions: Int

    /// Links are followed: mounted secrets change by a link that leads elsewhere.
    init(_ path: String) {
        self.path = URL(filePath: path).resolvingSymlinksInPath().path
        // What is not there has no attributes.
        let attributes = try? FileManager.default.attributesOfItem(atPath: self.path)  // as said
        time = attributes?[.modificationDate] as? Date
        size = (attributes?[.size] as? NSNumber)?.intValue
        number = (attributes?[.systemFileNumber] as? NSNumber)?.intValue
        permissions = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    /// Whether others than the owner may change the file, or anybody may read it.
    var isOpenToOthers: Bool { permissions & 0o026 != 0 }
}
