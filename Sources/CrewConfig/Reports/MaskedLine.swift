import CrewKit

/// A line of YAML without the secrets in it: values of keys that hold some, and what looks like one.
struct MaskedLine {
    private static let mark = Array("***".unicodeScalars)

    private let line: [Unicode.Scalar]
    /// Half-open, in order, not overlapping.
    private let secrets: [Range<Int>]

    init(_ lines: [[Unicode.Scalar]], at index: Int) {
        line = lines[index]
        let looking = Self.joined(SecretText.ranges(in: line) + SecretName.values(in: line))
        if let start = Self.startOfSecret(lines, at: index), start < line.count {
            secrets = looking.filter { $0.upperBound <= start } + [start..<line.count]
        } else {
            secrets = looking
        }
    }

    /// The ranges in order; those that share letters as one.
    private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { joined, range in
            guard let last = joined.last, last.overlaps(range) else { return joined.append(range) }
            joined[joined.count - 1] =
                last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
        }
    }

    /// The line with a mark over what stood between these places.
    func quote(from start: Int, to end: Int) -> QuotedLine {
        var shown: [Unicode.Scalar] = []
        var places = (start: start, end: end)
        var next = 0
        for secret in secrets {
            shown += line[next..<secret.lowerBound]
            let shift = secret.count - Self.mark.count
            let begin = shown.count
            shown += Self.mark
            places.start = Self.moved(
                start, places.start, secret, to: begin, by: shift, isEnd: false)
            places.end = Self.moved(end, places.end, secret, to: begin, by: shift, isEnd: true)
            next = secret.upperBound
        }
        shown += line[next...]
        return QuotedLine(shown, from: places.start, to: max(places.start, places.end))
    }

    private static func moved(
        _ original: Int, _ current: Int, _ secret: Range<Int>, to begin: Int, by shift: Int,
        isEnd: Bool
    ) -> Int {
        if original >= secret.upperBound { return current - shift }
        if original <= secret.lowerBound { return current }
        return isEnd ? begin + mark.count : begin
    }
}

extension MaskedLine {
    /// Where on the line everything is secret to its end; absent when nothing is by its key.
    private static func startOfSecret(_ lines: [[Unicode.Scalar]], at index: Int) -> Int? {
        let line = lines[index]
        // The line's own keys, the blocks that it stands in, and the same in flow style.
        for key in keys(on: line) {
            let start = line[key.end...].firstIndex { $0 != " " } ?? line.count
            // A block of a name like that is none: its own keys tell what is secret in it.
            let isUnknown =
                start < line.count && !"{[".unicodeScalars.contains(line[start])
                && SecretName.isUnknownSecret(key.name) && !isCount(line[start...], of: key.name)
            guard isSecret(key.name) || isUnknown else { continue }
            return isReference(line[start...]) ? nil : start
        }
        var indent = line.prefix { $0 == " " }.count
        var above = index - 1
        var looked = 0
        while indent > 0, above >= 0, looked < 2_000 {
            let other = lines[above]
            let its = other.prefix { $0 == " " }.count
            let isText = other.contains { $0 != " " }
            if isText, its < indent {
                if let key = keys(on: other).last, isSecret(key.name) {
                    let own = keys(on: line).first?.end ?? 0
                    let start = line[own...].firstIndex { $0 != " " } ?? line.count
                    return isReference(line[start...]) ? nil : start
                }
                indent = its
            }
            above -= 1
            looked += 1
        }
        return nil
    }

    /// Words before a colon, and where their values may begin.
    private static func keys(on line: [Unicode.Scalar]) -> [(name: String, end: Int)] {
        var keys: [(name: String, end: Int)] = []
        for index in line.indices where line[index] == ":" {
            let isLast = index + 1 == line.count
            guard isLast || line[index + 1] == " " else { continue }
            let word = line[..<index].reversed().prefix { !" ,{[".unicodeScalars.contains($0) }
            let name = String(String.UnicodeScalarView(word.reversed())).filter {
                $0 != "\"" && $0 != "'"
            }
            keys.append((name, index + 1))
        }
        return keys
    }

    private static func isSecret(_ key: String) -> Bool {
        SecretText.isSecretKey(key) || ["headers", "environment", "env"].contains(key)
    }

    /// Whether a number of tokens is given, under a key that is only misspelt.
    private static func isCount(_ value: ArraySlice<Unicode.Scalar>, of key: String) -> Bool {
        let number = value.prefix { !" ,}#".unicodeScalars.contains($0) }
        return key.lowercased().contains("token") && number.count <= 9
            && number.allSatisfy { "0123456789_.".unicodeScalars.contains($0) }
    }

    /// Whether a value only names an environment variable, perhaps with a comment behind it.
    private static func isReference(_ value: ArraySlice<Unicode.Scalar>) -> Bool {
        let text = String(String.UnicodeScalarView(value))
        if text.isEmpty || text.hasPrefix("#") { return true }
        let bare = text.prefix { $0 != "#" && $0 != "," && $0 != " " }.filter {
            $0 != "\"" && $0 != "'"
        }
        if bare == "|" || bare == ">" || bare == "{}" { return true }
        guard bare.hasPrefix("${"), !bare.contains(":-"), bare.last == "}" || bare.hasSuffix("}}")
        else { return false }
        return !text.contains("sk-")
    }
}
