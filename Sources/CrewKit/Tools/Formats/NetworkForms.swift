/// The forms of addresses, of which nothing is looked up.
enum NetworkForms {
    /// Labels of RFC 1123, at most 63 bytes each and 253 together.
    static func isHostname(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...253).contains(bytes.count)
            && bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .allSatisfy(isLabel)
    }

    private static func isLabel(_ bytes: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(bytes.count) && bytes.first != hyphen && bytes.last != hyphen
            && bytes.allSatisfy { $0.isLetter || $0.isDigit || $0 == hyphen }
    }

    /// Four decimal numbers; a leading zero, which some systems read as octal, is refused.
    static func isIPv4(_ bytes: ArraySlice<UInt8>) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy(\.isDigit)
                    && (part.count == 1 || part.first != UInt8(ascii: "0"))
                    && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    /// Eight groups, of which `::` stands for one or more; the last two may be an IPv4 address.
    static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        let text = Array(bytes)
        let colon = UInt8(ascii: ":")
        let gaps = text.indices.dropLast().filter { text[$0] == colon && text[$0 + 1] == colon }
        guard gaps.count <= 1 else { return false }
        guard let gap = gaps.first else { return groups(text[...], isLast: true) == 8 }
        guard let before = groups(text[..<gap], isLast: false),
            let behind = groups(text[(gap + 2)...], isLast: true)
        else { return false }
        return before + behind <= 7
    }

    /// How many groups of 16 bits these are; absent when one of them is none.
    private static func groups(_ bytes: ArraySlice<UInt8>, isLast: Bool) -> Int? {
        guard !bytes.isEmpty else { return 0 }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var count = parts.count
        for (index, part) in parts.enumerated() {
            if isLast, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard isIPv4(part) else { return nil }
                count += 1
            } else if !(1...4).contains(part.count) || !part.allSatisfy(\.isHexDigit) {
                return nil
            }
        }
        return count
    }

    /// `local@domain`, not quoted; letters of all scripts may stand before the `@`.
    static func isEmail(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= 254, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else {
            return false
        }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        let parts = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (1...64).contains(local.count) && domain.contains(UInt8(ascii: "."))
            && isHostname(domain)
            && parts.allSatisfy { part in !part.isEmpty && part.allSatisfy(isLocalByte) }
    }

    private static func isLocalByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte.isLetter || byte.isDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    /// An absolute URI of RFC 3986.
    ///
    /// - Parameter schemes: those that are allowed, which then must name a host; absent allows any.
    static func isURI(_ bytes: [UInt8], schemes: [String]?) -> Bool {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), isScheme(bytes[..<colon]),
            hasURIBytes(bytes)
        else { return false }
        let rest = bytes[(colon + 1)...]
        let hasHost = rest.starts(with: "//".utf8)
        if let schemes {
            let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
            guard schemes.contains(scheme), hasHost else { return false }
        }
        guard hasHost else { return !rest.isEmpty }
        let authority = rest.dropFirst(2).prefix { !"/?#".utf8.contains($0) }
        return isAuthority(authority, mayBeEmpty: schemes == nil)
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first?.isLetter == true
            && bytes.allSatisfy { $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }
    }

    /// Printable ASCII without what must be percent-encoded, and with whole percent codes.
    private static func hasURIBytes(_ bytes: [UInt8]) -> Bool {
        bytes.enumerated().allSatisfy { index, byte in
            guard (0x21...0x7E).contains(byte), !"\"<>\\^`{|}".utf8.contains(byte) else {
                return false
            }
            guard byte == UInt8(ascii: "%") else { return true }
            return index + 2 < bytes.count && bytes[index + 1].isHexDigit
                && bytes[index + 2].isHexDigit
        }
    }

    private static func isAuthority(_ bytes: ArraySlice<UInt8>, mayBeEmpty: Bool) -> Bool {
        var host = bytes
        if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[(at + 1)...] }
        if host.first == UInt8(ascii: "["), let end = host.lastIndex(of: UInt8(ascii: "]")) {
            return isIPv6(host[(host.startIndex + 1)..<end]) && isPort(host[(end + 1)...])
        }
        let name = host.prefix { $0 != UInt8(ascii: ":") }
        if name.isEmpty { return mayBeEmpty && host.isEmpty }
        return isPort(host[name.endIndex...])
            && (isHostname(name.last == UInt8(ascii: ".") ? name.dropLast() : name))
    }

    /// Nothing, or a colon and a number below 65536.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return true }
        let digits = bytes.dropFirst()
        return bytes.first == UInt8(ascii: ":") && digits.count <= 5
            && digits.allSatisfy(\.isDigit)
            && digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65_535
    }
}
