import CrewKit

/// Reads the query part of a URL as forms write it: `+` is a blank, `%XX` a byte.
struct QueryString {
    private let text: Substring

    init(_ text: String?) { self.text = (text ?? "")[...] }

    /// The first value of that name; `nil` when there is none.
    ///
    /// - Throws: `invalidInput` when the bytes are not UTF-8.
    func value(of name: String) throws(CrewError) -> String? {
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = Self.decode(parts[0]), key == name else { continue }
            guard let value = parts.count > 1 ? Self.decode(parts[1]) : "" else {
                throw CrewError(.invalidInput, "\(name) contains invalid UTF-8")
            }
            return value
        }
        return nil
    }

    /// A percent sign that begins no escape stands for itself, as in browsers.
    private static func decode(_ bytes: Substring.UTF8View.SubSequence) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                decoded.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let value = escape(rest.prefix(2)) {
                decoded.append(value)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func escape(_ digits: Substring.UTF8View.SubSequence) -> UInt8? {
        guard digits.count == 2 else { return nil }
        var value: UInt8 = 0
        for digit in digits {
            guard let number = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            value = value << 4 | UInt8(number)
        }
        return value
    }
}
