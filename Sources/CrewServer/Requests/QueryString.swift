import CrewKit

/// Reads the query part of a URL as forms write it: `+` is a blank, `%XX` a byte.
struct QueryString {
    private let text: Substring

    init(_ text: String?) { self.text = (text ?? "")[...] }

    /// The names that have a value, in their order.
    var names: [String] { pairs.compactMap { Self.decode($0.name) } }

    /// The first value of that name; `nil` when there is none.
    ///
    /// - Throws: `invalidInput` when the bytes are not UTF-8.
    func value(of name: String) throws(CrewError) -> String? {
        for pair in pairs where Self.decode(pair.name) == name {
            guard let value = Self.decode(pair.value) else {
                throw CrewError(.invalidInput, "\(name) contains invalid UTF-8")
            }
            return value
        }
        return nil
    }

    private typealias Bytes = Substring.UTF8View.SubSequence

    private var pairs: [(name: Bytes, value: Bytes)] {
        text.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0], parts.count > 1 ? parts[1] : pair.suffix(0))
        }
    }

    private static func decode(_ bytes: Bytes) -> String? {
        PercentEncoding.decode(bytes, plusIsBlank: true)
    }
}
