package import CrewKit
package import Foundation

/// The days of UTC about which a report is asked, the last ones when nobody says which.
package struct UsageDays: Sendable, Hashable {
    /// How many there are at most: each day has a line for every agent and model.
    package static let most = 366
    /// How many there are when only the last one is known.
    package static let usual = 30

    /// The first one, as in `2026-11-21`.
    package let first: String
    package let last: String

    /// - Parameter names: what the first and the last day are called where they were written.
    /// - Throws: `invalidInput` for a text that is no day, and for too many days.
    package init(
        since: String?, until: String?, names: (first: String, last: String) = ("since", "until"),
        now: Date
    ) throws(CrewError) {
        let end = try Self.day(until ?? UsageCount.day(of: now), names.last)
        let usual = end.addingTimeInterval(-Double(Self.usual - 1) * Self.seconds)
        let start =
            try since.map { text throws(CrewError) in try Self.day(text, names.first) }
            ?? usual
        guard start <= end else {
            throw CrewError(.invalidInput, "\(names.first) must not be after \(names.last)")
        }
        let count = Int((end.timeIntervalSince(start) / Self.seconds).rounded()) + 1
        guard count <= Self.most else {
            throw CrewError(
                .invalidInput,
                "\(names.first) and \(names.last) span \(count) days; at most \(Self.most) are "
                    + "reported at once")
        }
        first = UsageCount.day(of: start)
        last = UsageCount.day(of: end)
    }

    /// No day of UTC is longer or shorter.
    private static let seconds = 86_400.0

    /// The beginning of a day of the calendar, as in `2026-11-21`.
    static func day(_ text: String, _ name: String) throws(CrewError) -> Date {
        let form: [Character] = Array("0000-00-00")
        let fits =
            text.count == form.count
            && zip(text, form).allSatisfy { $1 == "-" ? $0 == "-" : $0.isASCII && $0.isNumber }
        // A date that is made of it and is another is none of the calendar.
        let date = try? Date("\(text)T00:00:00Z", strategy: .iso8601)  // no date is nil
        guard fits, let date, UsageCount.day(of: date) == text else {
            throw CrewError(.invalidInput, "\(name) must be a day such as 2026-11-21")
        }
        return date
    }
}
