import Foundation

/// Finds line ends in a chunk, looking at each byte once for LF and once for CR.
struct LineEnds {
    private let chunk: UnsafeBufferPointer<UInt8>
    private var lineFeed = -1
    private var carriageReturn = -1

    init(_ chunk: UnsafeBufferPointer<UInt8>) { self.chunk = chunk }

    mutating func next(from start: Int) -> Int? {
        if lineFeed < start { lineFeed = chunk.position(of: 0x0A, from: start) ?? chunk.count }
        if carriageReturn < start {
            carriageReturn = chunk.position(of: 0x0D, from: start) ?? chunk.count
        }
        let end = min(lineFeed, carriageReturn)
        return end < chunk.count ? end : nil
    }
}

// The C library looks at many bytes at once, which a loop over a buffer does not.
extension UnsafeBufferPointer<UInt8> {
    func position(of byte: UInt8, from start: Int) -> Int? {
        guard let baseAddress, start < count,
            let found = memchr(baseAddress + start, Int32(byte), count - start)
        else { return nil }
        return UnsafeRawPointer(baseAddress).distance(to: UnsafeRawPointer(found))
    }

    func spells(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount, let baseAddress else { return false }
        return memcmp(baseAddress, word.utf8Start, count) == 0
    }
}
