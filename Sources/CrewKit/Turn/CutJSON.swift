/// JSON that broke off, with its open strings, lists and objects closed.
///
/// A model that reaches its length limit in the middle of a text has said what stands before it.
enum CutJSON {
    /// - Returns: `nil` when the text is whole, or breaks off where closing does not help.
    static func closed(_ text: String) -> String? {
        var open: [Character] = []
        var isInString = false
        var isEscaped = false
        var missingDigits = 0
        var end = text.startIndex
        for index in text.indices {
            let letter = text[index]
            if isInString {
                if missingDigits > 0 {
                    missingDigits -= 1
                    if missingDigits > 0 { continue }
                } else if isEscaped {
                    isEscaped = false
                    // Such as \u00e9: nothing of it counts before its last digit.
                    missingDigits = letter == "u" ? 4 : 0
                    if missingDigits > 0 { continue }
                } else if letter == "\\" {
                    isEscaped = true
                    continue
                } else if letter == "\"" {
                    isInString = false
                }
            } else {
                switch letter {
                case "\"": isInString = true
                case "{": open.append("}")
                case "[": open.append("]")
                case "}", "]": if open.popLast() != letter { return nil }
                default: break
                }
            }
            end = text.index(after: index)
        }
        guard isInString || !open.isEmpty else { return nil }
        // What follows the last whole letter is half of an escape.
        return String(text[..<end]) + (isInString ? "\"" : "") + String(open.reversed())
    }
}
