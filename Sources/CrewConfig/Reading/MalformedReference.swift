/// What begins like a reference to the environment and is none.
struct MalformedReference: Sendable, Hashable {
    /// How it begins; what may be a secret is left out.
    let start: String
    /// What to write instead.
    let advice: String

    /// - Parameter text: what stands behind `${`.
    init(_ text: Substring) {
        let word = text.drop { $0 == " " }.prefix {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
        }
        let name = EnvironmentText.isName(String(word)) ? String(word) : "NAME"
        let inner = text.firstIndex(of: "}").map { text[..<$0] }
        start = "${" + String(text.prefix { $0 == " " }) + word.prefix(40)
        switch inner {
        case nil: advice = "close it: ${\(name)}"
        case "file:"?: advice = "name the file: ${file:PATH}"
        case let inner? where inner.allSatisfy({ $0 == " " }): advice = "name a variable: ${NAME}"
        case let inner? where inner.trimmingBlanks == name[...]:
            advice = "write ${\(name)} without blanks"
        case let inner? where name != "NAME" && inner.dropFirst(word.count).first == "-":
            advice = "write ${\(name):-otherwise}"
        case let inner? where name != "NAME" && inner.dropFirst(word.count).first == "?":
            advice = "write ${\(name):?what is missing}"
        default:
            advice = "write ${NAME}: a name has letters, digits and _, and begins with no digit"
        }
    }

    /// - Parameter text: the reference up to the brace that closes it, with another one in it.
    init(nested text: Substring) {
        start = "${" + String(text.prefix { $0 != ":" }.prefix(40)) + ":-${"
        advice = "a default is plain text and ends at the first }: write it out"
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
