package import struct Foundation.Date

/// Writes points in time as RFC 3339 text in UTC, with microseconds.
package enum Timestamp {
    package static func text(_ date: Date) -> String {
        let microseconds = Int((date.writable.timeIntervalSince1970 * 1_000_000).rounded())
        let (seconds, fraction) = floored(microseconds, by: 1_000_000)
        let (day, secondOfDay) = floored(seconds, by: 86_400)
        let civil = civil(day)
        return String(unsafeUninitializedCapacity: 27) { buffer in
            var writer = DigitWriter(buffer: buffer)
            writer.write(civil.year, digits: 4, then: "-")
            writer.write(civil.month, digits: 2, then: "-")
            writer.write(civil.day, digits: 2, then: "T")
            writer.write(secondOfDay / 3_600, digits: 2, then: ":")
            writer.write(secondOfDay / 60 % 60, digits: 2, then: ":")
            writer.write(secondOfDay % 60, digits: 2, then: ".")
            writer.write(fraction, digits: 6, then: "Z")
            return writer.count
        }
    }

    private static func floored(_ value: Int, by divisor: Int) -> (Int, Int) {
        let remainder = ((value % divisor) + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }

    /// The proleptic Gregorian date of a day counted from 1970-01-01.
    private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
        // Years begin in March here, so that the leap day is the last day of a year.
        let (era, dayOfEra) = floored(day + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private struct DigitWriter {
        let buffer: UnsafeMutableBufferPointer<UInt8>
        var count = 0

        mutating func write(_ value: Int, digits: Int, then mark: Unicode.Scalar) {
            var rest = value
            for position in stride(from: count + digits - 1, through: count, by: -1) {
                buffer[position] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            buffer[count + digits] = UInt8(ascii: mark)
            count += digits + 1
        }
    }
}
