import CrewKit

/// Reads the commonest chunk of a stream, one that only says a little more, without building values.
///
/// Nearly every token of a model comes as such a chunk, and reading it in full costs several times
/// the rest of the work on it. Whatever is not as simple is left to the full reader.
struct ChatChunkScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var text = ""
    private var hasChoice = false

    /// What the chunk says, which may be nothing; nil when it has to be read in full.
    static func text(in bytes: UnsafeBufferPointer<UInt8>) -> String? {
        var scanner = ChatChunkScanner(bytes: bytes)
        let isSimple = scanner.readMembers { scanner, key in
            if key.spells("choices") { return scanner.readChoices() }
            if key.spells("usage") || key.spells("error") { return scanner.readNull() }
            return scanner.skipValue()
        }
        guard isSimple, scanner.hasChoice else { return nil }
        scanner.skipBlanks()
        return scanner.index == bytes.count ? scanner.text : nil
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    // MARK: The chunk

    private mutating func readChoices() -> Bool {
        guard read("["), !hasChoice else { return false }
        hasChoice = true
        let isSimple = readMembers { scanner, key in
            if key.spells("delta") { return scanner.readDelta() }
            if key.spells("index") { return scanner.readZero() }
            if key.spells("finish_reason") { return scanner.readNull() }
            return !key.spells("message") && scanner.skipValue()
        }
        return isSimple && read("]")
    }

    private mutating func readDelta() -> Bool {
        readMembers { scanner, key in
            if key.spells("content") { return scanner.readNull() || scanner.readText() }
            return key.spells("role") ? scanner.skipValue() : scanner.readNull()
        }
    }

    private mutating func readText() -> Bool {
        let start = index
        guard let string = readString() else { return false }
        if string.position(of: UInt8(ascii: "\\"), from: 0) == nil {
            text = String(decoding: string, as: UTF8.self)
            return true
        }
        let quoted = UnsafeBufferPointer(rebasing: bytes[start..<index])
        let value = try? JSONValue(parsing: quoted)  // the full reader says what is wrong
        guard let unescaped = value?.string else { return false }
        text = unescaped
        return true
    }

    // MARK: JSON

    private mutating func skipBlanks() {
        while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    }

    /// Steps over one character, where it comes next.
    private mutating func read(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func readNull() -> Bool { read(word: "null") }
    private mutating func readZero() -> Bool { read(word: "0") }

    private mutating func read(word: StaticString) -> Bool {
        skipBlanks()
        let end = index + word.utf8CodeUnitCount
        guard end < bytes.count,
            UnsafeBufferPointer(rebasing: bytes[index..<end]).spells(word)
        else { return false }
        switch bytes[end] {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0...0x20:
            index = end
            return true
        default: return false
        }
    }

    /// Steps over an object; `member` is called behind each key and steps over the value.
    private mutating func readMembers(
        _ member: (inout ChatChunkScanner, UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        guard read("{") else { return false }
        if read("}") { return true }
        repeat {
            skipBlanks()
            guard let key = readString(), read(":"), member(&self, key) else { return false }
        } while read(",")
        return read("}")
    }

    /// The raw inside of a string.
    private mutating func readString() -> UnsafeBufferPointer<UInt8>? {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
        let start = index + 1
        var search = start
        while let quote = bytes.position(of: UInt8(ascii: "\""), from: search) {
            var mark = quote
            while mark > start, bytes[mark - 1] == UInt8(ascii: "\\") { mark -= 1 }
            if (quote - mark).isMultiple(of: 2) {
                index = quote + 1
                return UnsafeBufferPointer(rebasing: bytes[start..<quote])
            }
            search = quote + 1
        }
        return nil
    }

    private mutating func skipValue() -> Bool {
        skipBlanks()
        let start = index
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                guard readString() != nil else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { return index > start }
                depth -= 1
                index += 1
            case UInt8(ascii: ",") where depth == 0: return index > start
            default: index += 1
            }
        }
        return false
    }
}
