/// The text that Yams is given in place of the file's own.
///
/// Yams expands every alias while it compares keys, so that a few lines could keep it busy for
/// hours, and it gives up at the first repeated key. Both are therefore hidden from it: an alias's
/// `*` and the letters of a repeated key become private-use characters, one for one, so that every
/// place in the file stays where it is. The composer recognises them and does the work itself.
struct MaskedText {
    private(set) var text: String
    private var names: [String] = []
    /// Text that has such characters of its own is left alone.
    private let canMask: Bool

    private static let star: Unicode.Scalar = "\u{E000}"
    private static let firstName: UInt32 = 0xE100
    static let maximumNames = 64

    init(_ text: String) {
        self.text = text
        canMask = !text.unicodeScalars.contains { (0xE000...0xE1FF).contains($0.value) }
        maskAliases()
    }

    /// The name of the alias that a plain scalar stands for.
    func alias(_ scalar: String) -> String? {
        guard canMask, scalar.unicodeScalars.first == Self.star else { return nil }
        return String(scalar.unicodeScalars.dropFirst())
    }

    /// The text as it was written.
    func original(_ masked: String) -> String {
        guard canMask, !masked.utf8.allSatisfy({ $0 < 0x80 }) else { return masked }
        if let name = repeatedKey(masked) { return name }
        guard masked.unicodeScalars.contains(Self.star) else { return masked }
        return masked.replacing(String(Self.star), with: "*")
    }

    private func repeatedKey(_ masked: String) -> String? {
        guard let value = masked.unicodeScalars.first?.value, value >= Self.firstName else {
            return nil
        }
        let index = Int(value - Self.firstName)
        return index < names.count ? names[index] : nil
    }

    /// Hides the key at that place, so that a later one of the same name can be read.
    ///
    /// - Returns: false when it is not written plainly enough to be replaced letter for letter.
    mutating func maskKey(_ name: String, at position: SourcePosition) -> Bool {
        guard canMask, !name.isEmpty, names.count < Self.maximumNames else { return false }
        var scalars = Array(text.unicodeScalars)
        guard var start = scalars.index(of: position), start < scalars.count else { return false }
        if scalars[start] == "\"" || scalars[start] == "'" { start += 1 }
        let letters = Array(name.unicodeScalars)
        guard start + letters.count <= scalars.count,
            scalars[start..<start + letters.count].elementsEqual(letters),
            let mask = Unicode.Scalar(Self.firstName + UInt32(names.count))
        else { return false }
        for index in start..<start + letters.count { scalars[index] = mask }
        names.append(name)
        text = String(String.UnicodeScalarView(scalars))
        return true
    }
}

extension MaskedText {
    private mutating func maskAliases() {
        guard canMask, text.utf8.contains(UInt8(ascii: "&")) else { return }
        var scalars = Array(text.unicodeScalars)
        let anchors = Set(Self.names(after: "&", in: scalars).map(\.name))
        guard !anchors.isEmpty else { return }
        for found in Self.names(after: "*", in: scalars) where anchors.contains(found.name) {
            scalars[found.index] = Self.star
        }
        text = String(String.UnicodeScalarView(scalars))
    }

    /// Everything that may be an anchor or an alias; what stands in quotes or in a block of text
    /// is found too and turned back by `original`.
    private static func names(
        after mark: Unicode.Scalar, in scalars: [Unicode.Scalar]
    ) -> [(index: Int, name: String)] {
        var found: [(index: Int, name: String)] = []
        for index in scalars.indices where scalars[index] == mark {
            if index > 0, !isBorder(scalars[index - 1]) { continue }
            let name = scalars[(index + 1)...].prefix(while: isNameLetter)
            if !name.isEmpty {
                found.append((index, String(String.UnicodeScalarView(name))))
            }
        }
        return found
    }

    private static func isBorder(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || "[]{},:-?\u{FEFF}\"'".unicodeScalars.contains(scalar)
    }

    private static func isNameLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", "_", "-": true
        default: false
        }
    }
}
