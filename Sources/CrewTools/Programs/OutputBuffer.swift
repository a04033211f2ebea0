import Subprocess
import Synchronization

/// What a program writes: the beginning up to a limit, and the end for error messages.
final class OutputBuffer: Sendable {
    /// The program writes far more than anybody will read.
    struct Flood: Error {}

    private struct Contents {
        var head: [UInt8] = []
        var tail: [UInt8] = []
        var count = 0
    }

    private static let tailLength = 2048
    /// A character at the limit is cut off whole, so a little more than the limit is kept.
    private static let lookAhead = 64

    private let limit: Int
    private let floodLimit: Int
    private let contents = Mutex(Contents())

    init(limit: Int) {
        self.limit = min(max(0, limit), 1 << 30)
        floodLimit = max(1 << 20, self.limit * 4)
    }

    func fill(from sequence: SubprocessOutputSequence) async throws {
        for try await buffer in sequence {
            let isFlood = buffer.withUnsafeBytes { add($0) }
            if isFlood { throw Flood() }
        }
    }

    /// Keeps what is to be kept; true when it has become a flood.
    func add(_ bytes: UnsafeRawBufferPointer) -> Bool {
        contents.withLock { contents in
            contents.count += bytes.count
            let room = limit + Self.lookAhead - contents.head.count
            contents.head.append(contentsOf: bytes.prefix(max(0, room)))
            contents.tail.append(contentsOf: bytes.suffix(Self.tailLength))
            let excess = contents.tail.count - Self.tailLength
            if excess > 0 { contents.tail.removeFirst(excess) }
            return contents.count > floodLimit
        }
    }

    /// The beginning, with a note when there was more. Bytes that are no UTF-8 are replaced.
    var text: String {
        let (head, count) = contents.withLock { ($0.head, $0.count) }
        guard count > limit else { return String(decoding: head, as: UTF8.self) }
        let kept = Self.prefix(of: head, limit: limit)
        return "\(kept)\n[output cut: the first \(kept.utf8.count) of \(count) bytes]"
    }

    /// The last lines, without blanks around.
    var tail: String {
        let (tail, count) = contents.withLock { ($0.tail, $0.count) }
        var text = Substring(String(decoding: tail.drop { $0 & 0xC0 == 0x80 }, as: UTF8.self))
        if count > tail.count, let lineEnd = text.firstIndex(of: "\n") {
            text = text[text.index(after: lineEnd)...]
        }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// As many whole characters as fit.
    private static func prefix(of bytes: [UInt8], limit: Int) -> Substring {
        let text = String(decoding: bytes, as: UTF8.self)
        var end = text.startIndex
        var used = 0
        while end < text.endIndex {
            used += text[end].utf8.count
            if used > limit { break }
            end = text.index(after: end)
        }
        return text[..<end]
    }
}
