import Foundation

/// The words of a text without what it may be dressed up in: capitals, marks, invisible characters.
struct PlainWords: Sendable {
    /// Words of one text that are looked at.
    static let most = 20_000

    let words: [String]

    init(_ text: String) {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        for scalar in text.lowercased().decomposedStringWithCompatibilityMapping.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: continue
            case .lowercaseLetter, .otherLetter, .modifierLetter, .titlecaseLetter,
                .uppercaseLetter, .decimalNumber, .spacingMark:
                word.append(scalar == "đ" ? "d" : scalar)
            // An apostrophe parts no word.
            case _ where scalar == "'" || scalar == "’": continue
            default:
                guard !word.isEmpty else { continue }
                words.append(String(word))
                word = String.UnicodeScalarView()
            }
            if words.count >= Self.most { break }
        }
        if !word.isEmpty, words.count < Self.most { words.append(String(word)) }
        self.words = words
    }
}
