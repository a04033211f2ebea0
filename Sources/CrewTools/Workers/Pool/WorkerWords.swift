/// What a worker writes beside its answers: what its tools print, and how it dies.
///
/// The first line about a deadly signal counts: what comes after it takes a while to be written.
struct WorkerWords: Sendable {
    /// Bytes of one call above which its worker is ended.
    static let flood = 8 << 20
    /// Bytes of one call that are shown to people.
    static let shown = 16 << 10

    private var count = 0
    private var told = 0
    private var tail: [UInt8] = []
    private(set) var backtrace: [UInt8] = []
    /// The signal that the program was said to die of.
    private(set) var signal: Int32?
    /// What the program said about it.
    private(set) var complaint: String?

    private static let tailLength = 4096

    /// The next call begins.
    mutating func reset() {
        guard signal == nil else { return }
        (count, told, tail) = (0, 0, [])
    }

    var isFlood: Bool { count > Self.flood }

    /// Takes what was read; returns what of it is to be shown.
    mutating func add(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        count += bytes.count
        if signal != nil {
            backtrace.append(contentsOf: bytes.prefix(Self.shown - backtrace.count))
            return []
        }
        tail.append(contentsOf: bytes.suffix(Self.tailLength))
        if tail.count > 2 * Self.tailLength { tail.removeFirst(tail.count - Self.tailLength) }
        if find() { return [] }
        let part = Array(bytes.prefix(Self.shown - told))
        told += part.count
        return part
    }

    /// Looks for the line with which Swift's runtime announces a crash.
    private mutating func find() -> Bool {
        guard let place = tail.firstRange(of: Array("*** Signal ".utf8)) else { return false }
        let rest = tail[place.upperBound...]
        // The number may still be on its way.
        guard let end = rest.firstIndex(of: UInt8(ascii: ":")),
            let number = Int32(String(decoding: rest[..<end], as: UTF8.self)), number > 0
        else { return false }
        signal = number
        complaint = Self.complaint(in: tail[..<place.lowerBound])
        backtrace = Array(tail[place.lowerBound...].prefix(Self.shown))
        return true
    }

    /// The last "Fatal error", for a worker that died without announcing it too.
    var lastComplaint: String? { complaint ?? Self.complaint(in: tail[...]) }

    /// The end of what it wrote.
    var lastWords: String {
        let bytes = tail.suffix(500).drop { $0 & 0xC0 == 0x80 }
        let text = String(decoding: bytes, as: UTF8.self)
        return String(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    }

    private static func complaint(in bytes: ArraySlice<UInt8>) -> String? {
        let mark = "Fatal error"
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let line = lines.last(where: { $0.contains(mark) }),
            let range = line.firstRange(of: mark)
        else { return nil }
        // Without the place in the source, which is nothing to a model.
        return String(line[range.lowerBound...].prefix(300))
    }
}
