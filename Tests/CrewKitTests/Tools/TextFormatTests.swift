import CrewKit
import Testing

@Suite("Text formats")
struct TextFormatTests {
    static let right: [(TextFormat, [String])] = [
        (.uuid, ["123e4567-e89b-42d3-a456-426614174000", "00000000-0000-0000-0000-00000000000F"]),
        (
            .email,
            ["ann@example.com", "a.b+c@sub.example.co", "nguyễn@example.vn", "o'neil@x-y.org"]
        ),
        (
            .url,
            [
                "https://example.com", "HTTP://example.com:8080/a?b=c&d=%20#e", "http://[::1]:80/",
                "http://127.0.0.1/x", "https://example.com./", "http://me@h/",
            ]
        ),
        (
            .uri,
            ["urn:isbn:0451450523", "mailto:ann@example.com", "file:///etc/hosts", "ftp://h/x"]
        ),
        (.date, ["2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "2023-04-30"]),
        (
            .dateTime,
            [
                "2024-02-29T13:45:00Z", "2024-02-29t13:45:00.123456789z",
                "2024-02-29T23:59:59+14:00", "2016-12-31T23:59:60Z", "2017-01-01T06:59:60+07:00",
                "2024-02-29 13:45:00-00:30",
            ]
        ),
        (.time, ["00:00:00Z", "23:59:59.5+07:00"]),
        (.slug, ["a", "my-first-page", "2024-review"]),
        (.phone, ["0912345678", "+84 912 345 678", "(028) 3822-1234.5"]),
        (.ipv4, ["0.0.0.0", "255.255.255.255", "192.0.2.1"]),
        (
            .ipv6,
            [
                "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "1::", "FE80::A",
                "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7::",
            ]
        ),
        (.hostname, ["localhost", "db-1.example.com", "a.b", "1.2", "xn--v-gia.vn"]),
    ]

    static let wrong: [(TextFormat, [String])] = [
        (
            .uuid,
            [
                "", "123e4567-e89b-42d3-a456-42661417400", "123e4567e89b42d3a456426614174000",
                "123e4567-e89b-42d3-a456-42661417400g", " 123e4567-e89b-42d3-a456-426614174000",
            ]
        ),
        (
            .email,
            [
                "", "ann", "ann@", "@example.com", "ann@localhost", "a..b@example.com",
                ".a@example.com", "a b@example.com", "ann@-x.com", "ann@example.com\n", "a@b@c.de/",
            ]
        ),
        (
            .url,
            [
                "", "example.com", "ftp://h", "http://", "http:///x", "http://a b", "http://h/%zz",
                "http://h:99999", "javascript:alert(1)", "http://-h", "https:/h",
                "http://h/\"x", "http://h\n", "http://[::1", "http://[zz]/",
            ]
        ),
        (.uri, ["", "no", "://x", "1a:b", "a:", "a b:c", "urn:é"]),
        (
            .date,
            [
                "", "2023-02-29", "1900-02-29", "2024-02-30", "2024-04-31", "2024-00-10",
                "2024-13-01", "2024-1-1", "24-01-01", "2024-01-00", "2024/01/01", "2024-01-01T",
                "٢٠٢٤-٠١-٠١",
            ]
        ),
        (
            .dateTime,
            [
                "", "2024-02-29", "2024-02-29T13:45:00", "2024-02-30T13:45:00Z",
                "2024-02-29T24:00:00Z", "2024-02-29T13:60:00Z", "2024-02-29T13:45:60Z",
                "2024-02-29T13:45:00.Z", "2024-02-29T13:45:00+7:00", "2024-02-29T13:45Z",
                "2024-02-29T13:45:00Z ", "2024-02-29T13:45:00+24:00", "2024-02-29T13:45:00Z+01:00",
            ]
        ),
        (.time, ["", "12:00", "12:00:00", "25:00:00Z", "12:00:00ZZ"]),
        (.slug, ["", "-a", "a-", "a--b", "A", "a b", "đen", "a_b"]),
        (.phone, ["", "123456789", "1234567890123456", "09123456x8", "+", "++0912345678"]),
        (
            .ipv4,
            ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.", "a.b.c.d", "0x1.2.3.4"]
        ),
        (
            .ipv6,
            [
                "", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::",
                "1:2:3:4:5:6:7:8::", ":1", "1:", "::1.2.3", "1.2.3.4::", "fe80::1%eth0",
            ]
        ),
        (
            .hostname,
            ["", ".", "a..b", "-a", "a-", "a_b", "a b", String(repeating: "a", count: 64), "h\n"]
        ),
    ]

    @Test("What has the form is accepted", arguments: right)
    func accepts(_ format: TextFormat, _ texts: [String]) {
        #expect(!texts.isEmpty)
        for text in texts { #expect(format.accepts(text), "\(format): \(text.debugDescription)") }
    }

    @Test("What has not the form is refused", arguments: wrong)
    func refuses(_ format: TextFormat, _ texts: [String]) {
        #expect(!texts.isEmpty)
        for text in texts { #expect(!format.accepts(text), "\(format): \(text.debugDescription)") }
    }

    @Test("The example in the words of a format has the format", arguments: TextFormat.allCases)
    func words(_ format: TextFormat) throws {
        let example = try #require(format.words.firstRange(of: "such as ")).upperBound
        #expect(format.accepts(String(format.words[example...])))
    }

    @Test("Very long text has no form, and is not looked at for long")
    func long() {
        let text = String(repeating: "a", count: 1 << 20)
        for format in TextFormat.allCases { #expect(!format.accepts(text)) }
    }

    @Test("Each day of four centuries is accepted once")
    func calendar() {
        var count = 0
        for year in 1800..<2200 {
            for month in 0...13 {
                for day in 0...32 {
                    let text =
                        "\(year)-"
                        + [month, day].map { $0 < 10 ? "0\($0)" : "\($0)" }
                        .joined(separator: "-")
                    if TextFormat.date.accepts(text) { count += 1 }
                }
            }
        }
        #expect(count == 146_097)
    }
}
