import FoundationEssentials

/// Dates and times of RFC 3339, read by the calendar.
enum CalendarForms {
    /// Days since 1970-01-01 of a day such as `2024-02-29`; absent when it does not exist.
    static func date(_ bytes: ArraySlice<UInt8>) -> Int? {
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], digits: 4),
            let month = number(parts[1], digits: 2), let day = number(parts[2], digits: 2),
            (1...12).contains(month), day >= 1, day <= days(of: month, in: year)
        else { return nil }
        return daysSinceEpoch(year, month, day)
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2:
            let isLeap =
                year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
            return isLeap ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // Years begin in March here, so that the leap day is the last day of a year.
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// Seconds since the day's beginning in UTC of a time such as `13:45:00.5+07:00`.
    ///
    /// The seconds may be 60 where UTC has had leap seconds, at 23:59.
    static func time(_ bytes: ArraySlice<UInt8>) -> Double? {
        guard let zone = bytes.firstIndex(where: { "zZ+-".utf8.contains($0) }),
            let offset = offset(bytes[zone...])
        else { return nil }
        let parts = bytes[..<zone].split(
            separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = number(parts[0], digits: 2), hour <= 23,
            let minute = number(parts[1], digits: 2), minute <= 59,
            let second = number(parts[2].prefix(2), digits: 2),
            let fraction = fraction(parts[2].dropFirst(2))
        else { return nil }
        let minuteOfDay = hour * 60 + minute - offset
        let isLastMinute = (minuteOfDay + 2_880) % 1_440 == 1_439
        guard second <= 59 || (second == 60 && isLastMinute) else { return nil }
        return Double(minuteOfDay * 60 + second) + fraction
    }

    /// The instant of a text such as `2024-02-29T13:45:00Z`.
    static func instant(_ bytes: [UInt8]) -> Date? {
        guard bytes.count > 11, "Tt ".utf8.contains(bytes[10]), let day = date(bytes[..<10]),
            let time = time(bytes[11...])
        else { return nil }
        return Date(timeIntervalSince1970: Double(day) * 86_400 + time)
    }

    /// Minutes ahead of UTC.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.count == 1 { return bytes.first.map { $0 | 0x20 } == UInt8(ascii: "z") ? 0 : nil }
        let parts = bytes.dropFirst().split(
            separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, let hours = number(parts[0], digits: 2), hours <= 23,
            let minutes = number(parts[1], digits: 2), minutes <= 59
        else { return nil }
        let minutesAhead = hours * 60 + minutes
        switch bytes.first {
        case UInt8(ascii: "+"): return minutesAhead
        case UInt8(ascii: "-"): return -minutesAhead
        default: return nil
        }
    }

    private static func fraction(_ bytes: ArraySlice<UInt8>) -> Double? {
        guard !bytes.isEmpty else { return 0 }
        let digits = bytes.dropFirst()
        guard bytes.first == UInt8(ascii: "."), !digits.isEmpty, digits.allSatisfy(\.isDigit)
        else { return nil }
        return Double("0." + String(decoding: digits.prefix(17), as: UTF8.self))
    }

    private static func number(_ bytes: ArraySlice<UInt8>, digits: Int) -> Int? {
        guard bytes.count == digits, bytes.allSatisfy(\.isDigit) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
