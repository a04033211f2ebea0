import CrewKit
import FoundationEssentials

/// Writes a value so that a header can hold it.
enum HeaderValue {
    private static let opening = "=?base64?"
    private static let closing = "?="

    /// The text itself where that is possible without doubt, else its bytes in Base64.
    static func encoded(_ text: String) -> String {
        let bytes = text.utf8
        let isPlain =
            bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
            && bytes.first != 0x20 && bytes.last != 0x20 && bytes.first != 0x09
            && bytes.last != 0x09
            && !(text.hasPrefix(opening) && text.hasSuffix(closing))
        return isPlain ? text : opening + Data(bytes).base64EncodedString() + closing
    }

    /// The text of an argument that can stand in a header; absent for all others.
    static func text(of value: JSONValue) -> String? {
        switch value {
        case .string(let text): encoded(text)
        case .bool(let isTrue): isTrue ? "true" : "false"
        default: value.integer.map(String.init)
        }
    }
}
