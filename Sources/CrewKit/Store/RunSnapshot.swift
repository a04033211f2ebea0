/// A run folded up to one of its events, so that a long log need not be read from its beginning.
///
/// Only a cache: a snapshot that is missing, or of a format that the reader does not know, costs
/// time and nothing else.
public struct RunSnapshot: Sendable, Hashable {
    /// The last event that is folded in.
    public var sequence: Int
    /// Which form of state the bytes hold.
    public var format: Int
    public var bytes: [UInt8]

    public init(sequence: Int, format: Int, bytes: [UInt8]) {
        self.sequence = sequence
        self.format = format
        self.bytes = bytes
    }
}
