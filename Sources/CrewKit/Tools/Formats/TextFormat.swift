/// The form that a text argument has: JSON Schema's `format`, and a few more.
@nonexhaustive
public enum TextFormat: String, Sendable, Hashable, CaseIterable {
    case uuid
    /// One address, with a domain that has a dot.
    case email
    /// An absolute address of any scheme.
    case uri
    /// An absolute HTTP address.
    case url
    /// A day that exists in the calendar, such as 2024-02-29.
    case date
    /// RFC 3339, with an offset.
    case dateTime = "date-time"
    /// Hours, minutes and seconds of RFC 3339, with an offset.
    case time
    /// Lower-case words of ASCII letters and digits with single hyphens between.
    case slug
    /// 10 to 15 digits, perhaps with `+`, blanks, dots, hyphens and parentheses.
    case phone
    case ipv4
    case ipv6
    /// Labels of ASCII letters, digits and hyphens.
    case hostname

    /// Whether the whole text has this form.
    public func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.longest else { return false }
        return switch self {
        case .uuid: Self.isUUID(bytes)
        case .email: NetworkForms.isEmail(bytes)
        case .uri: NetworkForms.isURI(bytes, schemes: nil)
        case .url: NetworkForms.isURI(bytes, schemes: ["http", "https"])
        case .date: CalendarForms.date(bytes[...]) != nil
        case .dateTime: CalendarForms.instant(bytes) != nil
        case .time: CalendarForms.time(bytes[...]) != nil
        case .slug: Self.isSlug(bytes)
        case .phone: Self.isPhone(bytes)
        case .ipv4: NetworkForms.isIPv4(bytes[...])
        case .ipv6: NetworkForms.isIPv6(bytes[...])
        case .hostname: NetworkForms.isHostname(bytes[...])
        }
    }

    /// The form in words, such as "an e-mail address such as ann@example.com".
    public var words: String {
        switch self {
        case .uuid: "a UUID such as 123e4567-e89b-42d3-a456-426614174000"
        case .email: "an e-mail address such as ann@example.com"
        case .uri: "an absolute URI such as urn:isbn:0451450523"
        case .url: "an HTTP address such as https://example.com/page"
        case .date: "a date such as 2024-02-29"
        case .dateTime: "a time such as 2024-02-29T13:45:00Z"
        case .time: "a time of day such as 13:45:00Z"
        case .slug: "lower-case words with hyphens such as my-first-page"
        case .phone: "a phone number of 10 to 15 digits such as +84 912 345 678"
        case .ipv4: "an IPv4 address such as 192.0.2.1"
        case .ipv6: "an IPv6 address such as 2001:db8::1"
        case .hostname: "a host name such as db-1.example.com"
        }
    }

    /// Bytes; longer text has no form.
    private static let longest = 8_192

    /// Formats that other tools' schemas use and that nothing is checked by.
    static let unchecked: Set<String> = [
        "int32", "int64", "float", "double", "password", "binary", "byte", "regex", "duration",
        "idn-email", "idn-hostname", "iri", "iri-reference", "uri-reference", "uri-template",
        "json-pointer", "relative-json-pointer",
    ]
}

extension TextFormat {
    private static func isUUID(_ bytes: [UInt8]) -> Bool {
        bytes.count == 36
            && bytes.enumerated().allSatisfy { index, byte in
                [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : byte.isHexDigit
            }
    }

    private static func isSlug(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0.allSatisfy { $0.isDigit || (0x61...0x7A).contains($0) }
        }
    }

    private static func isPhone(_ bytes: [UInt8]) -> Bool {
        let number = bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes[...]
        return (10...15).contains(number.count(where: \.isDigit))
            && number.allSatisfy { $0.isDigit || " .-()".utf8.contains($0) }
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
    var isHexDigit: Bool { isDigit || (0x61...0x66).contains(self | 0x20) }
}
