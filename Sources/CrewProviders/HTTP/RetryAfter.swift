import NIOHTTP1

/// How long a response asks us to wait before the next attempt.
enum RetryAfter {
    /// `retry-after-ms` wins over `Retry-After`, which holds seconds or a date.
    ///
    /// A date is taken relative to the response's own `Date`, so that no clock of ours matters.
    static func duration(in headers: HTTPHeaders) -> Duration? {
        if let text = headers.first(name: "retry-after-ms"), let value = Double(text) {
            return duration(seconds: value / 1000)
        }
        guard let text = headers.first(name: "retry-after") else { return nil }
        if let seconds = Double(text) { return duration(seconds: seconds) }
        guard let date = seconds(ofDate: text),
            let now = headers.first(name: "date").flatMap(seconds(ofDate:))
        else { return nil }
        return duration(seconds: Double(max(0, date - now)))
    }

    private static func duration(seconds: Double) -> Duration? {
        // The bound keeps the conversion from overflowing; nobody waits that long.
        guard seconds >= 0, seconds < 1e9 else { return nil }
        return .milliseconds(Int64(seconds * 1000))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func seconds(ofDate text: String) -> Int? {
        let parts = text.split { $0 == " " || $0 == ":" }
        guard parts.count == 8, parts[7] == "GMT",
            let day = Int(parts[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(parts[2])),
            let year = Int(parts[3]), (1970...9999).contains(year),
            let hour = Int(parts[4]), (0...23).contains(hour),
            let minute = Int(parts[5]), (0...59).contains(minute),
            let second = Int(parts[6]), (0...60).contains(second)
        else { return nil }
        // Days by the civil calendar, counted from March so that the leap day comes last.
        let shiftedYear = month < 2 ? year - 1 : year
        let shiftedMonth = (month + 10) % 12
        let days =
            365 * shiftedYear + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
            + (153 * shiftedMonth + 2) / 5 + day - 719_469
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }
}
