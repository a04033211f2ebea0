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

extension Artifact {
    /// The largest artifact a store takes: 16 MiB.
    public static let maximumByteCount = 16 << 20

    /// What every store asks of an artifact before it keeps it.
    ///
    /// - Throws: `invalidInput`.
    public func check(_ bytes: [UInt8]) throws(CrewError) {
        let isNamed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isNamed, (1...200).contains(name.utf8.count), !name.hasPrefix(".") else {
            throw CrewError(
                .invalidInput,
                "an artifact's name is 1 to 200 of A-Z a-z 0-9 _ - . and does not begin with a dot")
        }
        guard bytes.count <= Self.maximumByteCount else {
            throw CrewError(
                .invalidInput,
                "the artifact '\(name)' has \(bytes.count) bytes, at most \(Self.maximumByteCount) are kept"
            )
        }
        guard byteCount == bytes.count else {
            throw CrewError(
                .invalidInput, "the artifact '\(name)' does not have the bytes that it says it has")
        }
    }
}
