import CrewKit
import Foundation

/// Reads keys from lines such as `ci  sha256:HEX  run,read  tenant=acme  until=2027-01-01`.
///
/// What is wrong is said with its line, and never with what may be a secret.
struct KeyLines {
    private(set) var keys: [AccessKey] = []
    private(set) var problems: [String] = []
    /// What the lines stand in, for people.
    private let source: String
    private var lines: [[UInt8]: Int] = [:]

    /// - Parameter separators: what ends a line.
    init(_ text: String, in source: String, separators: Set<Character>) {
        self.source = source
        let written = text.split(omittingEmptySubsequences: false) { separators.contains($0) }
        for (index, line) in written.enumerated() {
            do throws(CrewError) {
                guard let key = try Self.key(line) else { continue }
                if let first = lines.updateValue(index + 1, forKey: key.digest) {
                    throw CrewError(
                        .invalidInput, "this key stands in line \(first) too: leave one of them")
                }
                keys.append(key)
            } catch {
                problems.append("\(source):\(index + 1): \(error.message)")
            }
        }
    }

    /// - Returns: `nil` for a line without a key.
    private static func key(_ line: Substring) throws(CrewError) -> AccessKey? {
        let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
        guard let name = words.first else { return nil }
        guard WrittenID.isWellFormed(String(name)), !name.hasPrefix(AccessKey.beginning) else {
            throw mistake("the first word is the key's name: \(WrittenID.form)")
        }
        guard words.count > 1, let digest = digest(words[1]) else {
            throw mistake(
                "the second word is '\(AccessKey.mark)' and 64 hexadecimal digits, never the key "
                    + "itself: 'crew keys new --name \(name) --scope run,read' makes the line")
        }
        guard words.count > 2, !words[2].contains("=") else {
            throw mistake("the third word is what the key may do, such as 'run,read'")
        }
        let options = try options(words.dropFirst(3))
        let last = options["until"]
        let day = try last.map { text throws(CrewError) in try UsageDays.day(text, "until") }
        return AccessKey(
            name: String(name), digest: digest, scopes: try scopes(words[2]),
            tenant: options["tenant"], lastDay: last, end: day?.addingTimeInterval(86_400))
    }

    private static func digest(_ word: Substring) -> [UInt8]? {
        let digits = word.dropFirst(AccessKey.mark.count)
        guard word.hasPrefix(AccessKey.mark), digits.utf8.count == 64 else { return nil }
        var bytes: [UInt8] = []
        var rest = digits
        while !rest.isEmpty {
            let pair = rest.prefix(2)
            guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else {
                return nil
            }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    static func scopes(_ word: some StringProtocol) throws(CrewError) -> Set<AccessScope> {
        var scopes: Set<AccessScope> = []
        for text in word.split(separator: ",") {
            guard let scope = AccessScope(rawValue: String(text)) else {
                let known = AccessScope.allCases.map(\.rawValue)
                let hint = NearestWord.of(String(text), among: known)
                throw mistake(
                    "the scopes of a key are \(known.joined(separator: ", ")), with commas between"
                        + (hint.map { "; did you mean '\($0)'?" } ?? ""))
            }
            scopes.insert(scope)
        }
        guard !scopes.isEmpty else { throw mistake("a key has a scope, such as 'run,read'") }
        return scopes
    }

    private static func options(
        _ words: some Sequence<Substring>
    ) throws(CrewError) -> [String: String] {
        var options: [String: String] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, ["tenant", "until"].contains(parts[0]) else {
                throw mistake("after the scopes come 'tenant=NAME' and 'until=2027-01-01' at most")
            }
            guard options.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw mistake("'\(parts[0])' stands here twice")
            }
        }
        if let tenant = options["tenant"], !WrittenID.isWellFormed(tenant) {
            throw mistake("the name of a tenant is \(WrittenID.form)")
        }
        return options
    }

    private static func mistake(_ text: String) -> CrewError { CrewError(.invalidInput, text) }
}
