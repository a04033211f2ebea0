import CrewKit
import Foundation

/// Numbers as people read them.
enum Amounts {
    /// All tokens of a usage; `nil` when none are known.
    static func tokens(_ usage: Usage?) -> String? {
        usage?.totalTokens.map { "\(usage?.isComplete == true ? "" : "at least ")\($0)" }
    }

    /// How far a call is, with what it says of it.
    static func progress(_ progress: ToolReports.Progress) -> String {
        let done = JSONValue.number(progress.done).text
        let total = progress.total.map { " of \(JSONValue.number($0).text)" } ?? ""
        return done + total + (progress.message.map { ", \($0)" } ?? "")
    }

    /// Six decimals at most: a single call costs far less than a cent.
    static func money(_ dollars: Double) -> String {
        let micros = Int((dollars * 1_000_000).rounded())
        let fraction = String(micros % 1_000_000)
        return "$\(micros / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count)
            + fraction
    }

    /// A span of time in one unit, such as `3m`.
    static func age(_ seconds: TimeInterval) -> String {
        let units = [(86_400.0, "d"), (3_600, "h"), (60, "m")]
        let unit = units.first { seconds >= $0.0 }
        return unit.map { "\(Int(seconds / $0.0))\($0.1)" } ?? "\(max(0, Int(seconds)))s"
    }

    /// A span of time within a run: milliseconds below ten seconds. A clock that was set back in
    /// between makes none of less than nothing.
    static func duration(_ seconds: TimeInterval) -> String {
        let seconds = max(0, seconds)
        guard seconds < 60 else { return "\(Int(seconds) / 60)m\(Int(seconds) % 60)s" }
        let milliseconds = Int((seconds * 1_000).rounded())
        guard milliseconds < 10_000 else { return "\(Int(seconds.rounded()))s" }
        let fraction = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count)
            + fraction + "s"
    }
}
