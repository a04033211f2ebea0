public import Foundation

/// The public JSON of events and what belongs to them: snake case, times in RFC 3339 with
/// microseconds, one line.
public enum RunJSON {
    /// - Throws: `EncodingError` for a number that JSON cannot say.
    public static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(text(of: date))
        }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// An event as a part of other JSON; `null` for one that JSON cannot say.
    public static func value(of event: StoredEvent) -> JSONValue {
        guard let text = try? text(of: event) else { return .null }  // only numbers like NaN
        return (try? JSONValue(parsing: text)) ?? .null  // what was just written can be read
    }

    /// - Throws: `DecodingError`.
    public static func value<Value: Decodable>(
        _ type: Value.Type, from text: some StringProtocol
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = date(text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "'\(text.prefix(40))' is not a time")
            }
            return date
        }
        return try decoder.decode(type, from: Data(text.utf8))
    }

    public static func text(of date: Date) -> String { Timestamp.text(date) }

    /// Any number of digits after the point, or none.
    private static func date(_ text: String) -> Date? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasSuffix("Z") else {
            return parts.count == 1 ? try? Date(text, strategy: .iso8601) : nil  // no time is nil
        }
        let digits = parts[1].dropLast()
        guard (1...9).contains(digits.count), digits.allSatisfy(\.isASCII),
            let fraction = Int(digits), fraction >= 0,
            let whole = try? Date("\(parts[0])Z", strategy: .iso8601)  // no time is nil
        else { return nil }
        let scale = [10.0, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9][digits.count - 1]
        return whole + Double(fraction) / scale
    }
}

extension Date {
    /// The nearest time that RFC 3339 can say, of the years 1 to 9999; 1970 for what is no time.
    package var writable: Date {
        let seconds = timeIntervalSince1970
        guard !seconds.isNaN else { return Date(timeIntervalSince1970: 0) }
        return Date(timeIntervalSince1970: min(max(seconds, -62_135_596_800), 253_402_300_799))
    }
}
