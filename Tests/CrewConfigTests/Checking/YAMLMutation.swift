import Foundation

/// One random change to a file of a crew, and what kind of change it is.
struct YAMLMutation: CustomStringConvertible {
    enum Kind: String, CaseIterable {
        case deleteLine, duplicateLine, swapLines, renameKey, retypeValue, swapValues, indent
        case insertNoise, truncate, deleteCharacter
    }

    var kind: Kind
    var file: String
    var line: Int
    var text: String

    var description: String { "\(kind.rawValue) in \(file):\(line)" }

    /// A change of the files by chance; the same chance makes the same change.
    init(of files: [String: String], by chance: inout SplitMix) {
        let names = files.keys.sorted()
        file = names[chance.below(names.count)]
        kind = Kind.allCases[chance.below(Kind.allCases.count)]
        var lines = (files[file] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        let at = chance.below(max(1, lines.count))
        line = at + 1
        Self.change(&lines, at: at, kind, by: &chance)
        text = lines.joined(separator: "\n")
    }

    private static func change(
        _ lines: inout [String], at line: Int, _ kind: Kind, by chance: inout SplitMix
    ) {
        let other = chance.below(lines.count)
        switch kind {
        case .deleteLine: lines.remove(at: line)
        case .duplicateLine: lines.insert(lines[line], at: line)
        case .swapLines: lines.swapAt(line, other)
        case .renameKey: lines[line] = renamed(lines[line], by: &chance)
        case .retypeValue: lines[line] = retyped(lines[line], by: &chance)
        case .swapValues:
            let (first, second) = (value(of: lines[line]), value(of: lines[other]))
            guard let first, let second else { return }
            lines[line] = String(lines[line].dropLast(first.count)) + second
            if line != other { lines[other] = String(lines[other].dropLast(second.count)) + first }
        case .indent:
            let deeper = chance.below(2) == 0
            lines[line] = deeper ? "  " + lines[line] : String(lines[line].dropFirst(2))
        case .insertNoise:
            let noise = ["\u{FEFF}", "\u{200B}", "é", "：", "\t", "]", "\"", "#", "&a", "*a", "%"]
            insert(noise[chance.below(noise.count)], into: &lines[line], by: &chance)
        case .truncate:
            lines.removeSubrange((line + 1)...)
            lines[line] = String(lines[line].prefix(chance.below(lines[line].count + 1)))
        case .deleteCharacter:
            guard !lines[line].isEmpty else { return }
            let place = chance.below(lines[line].count)
            lines[line].remove(
                at: lines[line].index(lines[line].startIndex, offsetBy: place))
        }
    }

    private static func insert(_ text: String, into line: inout String, by chance: inout SplitMix) {
        let place = chance.below(line.count + 1)
        line.insert(
            contentsOf: text, at: line.index(line.startIndex, offsetBy: place))
    }

    /// A letter of the line's key changed.
    private static func renamed(_ line: String, by chance: inout SplitMix) -> String {
        guard let match = line.firstMatch(of: /[A-Za-z_]+(?=:)/) else { return line }
        var key = Array(line[match.range])
        key[chance.below(key.count)] =
            "qxz"[
                "qxz".index("qxz".startIndex, offsetBy: chance.below(3))]
        return line.replacingCharacters(in: match.range, with: String(key))
    }

    private static func retyped(_ line: String, by chance: inout SplitMix) -> String {
        guard let value = value(of: line) else { return line }
        let others = ["", "3", "-1", "true", "[1, 2]", "{x: y}", "\"3\"", "~", "word", "1e99"]
        return String(line.dropLast(value.count)) + others[chance.below(others.count)]
    }

    /// What stands behind the colon of a line.
    private static func value(of line: String) -> String? {
        guard let colon = line.firstRange(of: ": ") else { return nil }
        return String(line[colon.upperBound...])
    }
}

/// Chance that can be repeated.
struct SplitMix {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
