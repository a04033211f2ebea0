public import struct Foundation.Date

/// Something a run made that is not said in words: a report, a picture, a long output.
public struct Artifact: Sendable, Hashable, Codable {
    /// Unique within its run: 1 to 200 of `A-Z a-z 0-9 _ - .`, not beginning with a dot.
    public var name: String
    public var mediaType: String
    public var byteCount: Int
    public var createdAt: Date

    public init(name: String, mediaType: String, byteCount: Int, createdAt: Date) {
        self.name = name
        self.mediaType = mediaType
        self.byteCount = byteCount
        self.createdAt = createdAt
    }
}
