/// Undoes the percent encoding of URLs.
enum PercentEncoding {
    /// The text that these bytes stand for; `nil` when it is not UTF-8.
    ///
    /// A percent sign that begins no escape stands for itself, as in browsers.
    ///
    /// - Parameter plusIsBlank: as forms write their fields.
    static func decode(
        _ bytes: Substring.UTF8View.SubSequence, plusIsBlank: Bool = false
    ) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if plusIsBlank, byte == UInt8(ascii: "+") {
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
