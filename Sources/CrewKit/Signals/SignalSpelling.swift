import Foundation

/// The forms in which a signal is compared, from the strictest to the loosest.
struct SignalSpelling: Sendable, Hashable {
    /// The text between the brackets; Swift compares it by canonical equivalence (NFC).
    let inner: String

    init(_ signal: String) {
        let isBracketed = signal.count >= 2 && signal.first == "[" && signal.last == "]"
        inner = isBracketed ? String(signal.dropFirst().dropLast()) : signal
    }

    var caseFolded: String { inner.lowercased() }

    /// Case-folded, and every run of blanks, `_` and `-` one blank; none at the ends.
    var normalized: String {
        caseFolded.split { $0.isWhitespace || $0 == "_" || $0 == "-" }.joined(separator: " ")
    }

    /// Normalised, and without combining marks; `đ`, which has none, becomes `d`.
    var withoutDiacritics: String {
        let letters = normalized.decomposedStringWithCanonicalMapping.unicodeScalars.compactMap {
            scalar -> Unicode.Scalar? in
            if scalar == "đ" { return "d" }
            let category = scalar.properties.generalCategory
            return category == .nonspacingMark ? nil : scalar
        }
        return String(String.UnicodeScalarView(letters))
    }

    /// How closely this spelling and another are the same signal; `nil` when they are not.
    func matches(_ other: SignalSpelling, foldingDiacritics: Bool) -> SignalMatchLevel? {
        if inner == other.inner { return .exact }
        if caseFolded == other.caseFolded { return .caseFolded }
        if normalized == other.normalized { return .normalized }
        guard foldingDiacritics, withoutDiacritics == other.withoutDiacritics else { return nil }
        return .withoutDiacritics
    }

    /// Whether the text is a signal at all: `[`, a name, `]`, and no bracket within.
    static func isWellFormed(_ signal: String) -> Bool {
        guard signal.first == "[", signal.last == "]", signal.count > 2 else { return false }
        let inner = signal.dropFirst().dropLast()
        return !inner.contains { $0 == "[" || $0 == "]" || $0.isNewline }
            && !SignalSpelling(signal).normalized.isEmpty
    }
}
