import CrewKit

/// Where two requests differ, for people.
struct CassetteDifference: Sendable {
    private let path: String
    private let recorded: JSONValue?
    private let asked: JSONValue?

    /// Every place at which the values differ.
    static func between(
        recorded: JSONValue?, asked: JSONValue?, at path: String = ""
    ) -> [CassetteDifference] {
        switch (recorded, asked) {
        case (.object(let left)?, .object(let right)?):
            let keys = left.keys + right.keys.filter { left[$0] == nil }
            return keys.flatMap { key in
                between(
                    recorded: left[key], asked: right[key],
                    at: path.isEmpty ? key : "\(path).\(key)")
            }
        case (.array(let left)?, .array(let right)?):
            return (0..<max(left.count, right.count)).flatMap { index in
                between(
                    recorded: index < left.count ? left[index] : nil,
                    asked: index < right.count ? right[index] : nil, at: "\(path)[\(index)]")
            }
        default:
            guard recorded != asked else { return [] }
            return [CassetteDifference(path: path, recorded: recorded, asked: asked)]
        }
    }

    /// How far apart two requests are; 0 for the same.
    static func distance(_ differences: [CassetteDifference]) -> Double {
        differences.reduce(0) { $0 + $1.weight }
    }

    private var weight: Double {
        // Another agent's call is hardly ever the one that was meant.
        if path == "agent" { return 100 }
        guard let left = recorded?.string, let right = asked?.string else { return 1 }
        let same =
            left.commonPrefix(with: right).count
            + String(left.reversed()).commonPrefix(with: String(right.reversed())).count
        let longest = Double(max(left.count, right.count))
        return 1 - min(Double(same), longest * 0.9) / longest
    }

    /// One line, with the texts around the first character that differs.
    var line: String {
        guard let left = recorded?.string, let right = asked?.string else {
            return "\(path): recorded \(Self.shown(recorded)), asked \(Self.shown(asked))"
        }
        let start = left.commonPrefix(with: right).count
        return "\(path): recorded \(Self.shown(left, around: start)), asked "
            + Self.shown(right, around: start)
    }

    private static func shown(_ value: JSONValue?) -> String {
        guard let value else { return "nothing" }
        let text = value.text
        return text.count <= 80 ? text : text.prefix(79) + "…"
    }

    private static func shown(_ text: String, around position: Int) -> String {
        let before = min(position, 24)
        let part = text.dropFirst(position - before).prefix(before + 56)
        let isCut = position + 56 < text.count
        return (position > before ? "…" : "") + JSONValue.string(String(part)).text
            + (isCut ? "…" : "")
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> Substring {
        var index = startIndex
        var otherIndex = other.startIndex
        while index < endIndex, otherIndex < other.endIndex, self[index] == other[otherIndex] {
            index = self.index(after: index)
            otherIndex = other.index(after: otherIndex)
        }
        return self[..<index]
    }
}
