#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Cuts a stream of bytes into lines, whatever way it was cut into chunks.
struct LineSplitter: Sendable {
    enum Line: Sendable {
        case whole([UInt8])
        /// More bytes than are kept; this is how it began.
        case tooLong([UInt8])
    }

    private let limit: Int
    private var partial: [UInt8] = []
    /// Whether the line under way is too long already.
    private(set) var isOverflowing = false

    /// How much is kept of a line that is too long.
    private static let headLength = 512

    /// - Parameter limit: bytes of one line.
    init(limit: Int) { self.limit = limit }

    mutating func add(_ chunk: UnsafeRawBufferPointer, _ receive: (Line) -> Void) {
        var rest = chunk
        while let end = Self.lineEnd(in: rest) {
            keep(.init(rebasing: rest[..<end]))
            if isOverflowing {
                receive(.tooLong(partial))
            } else {
                if partial.last == 0x0D { partial.removeLast() }
                receive(.whole(partial))
            }
            isOverflowing = false
            partial.removeAll(keepingCapacity: partial.capacity < 1 << 20)
            rest = .init(rebasing: rest[(end + 1)...])
        }
        keep(rest)
    }

    /// The C library looks at many bytes at once, which a loop does not.
    private static func lineEnd(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress, let end = memchr(start, 0x0A, bytes.count) else {
            return nil
        }
        return start.distance(to: UnsafeRawPointer(end))
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        guard !isOverflowing else { return }
        guard partial.count + bytes.count <= limit else {
            isOverflowing = true
            partial.append(contentsOf: bytes.prefix(Self.headLength))
            partial = Array(partial.prefix(Self.headLength))
            return
        }
        partial.append(contentsOf: bytes)
    }
}
