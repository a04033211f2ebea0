import CrewKit

/// An absolute `http` or `https` address in its parts, as text that goes onto the wire.
///
/// Parted here and not by a library, so that the host that is checked is the host that is asked.
struct WebAddress: Sendable, Hashable {
    var isSecure: Bool
    /// In lower case, without brackets.
    var host: String
    var port: Int?
    /// Path and query, beginning with `/`.
    var target: String

    /// Absent when the text is no such address, or holds a user name, or what belongs into none.
    init?(_ text: String) {
        let isSecure = text.lowercased().hasPrefix("https://")
        guard isSecure || text.lowercased().hasPrefix("http://") else { return nil }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard let (host, port) = Self.parted(authority) else { return nil }
        let target = rest.dropFirst(authority.count).prefix { $0 != "#" }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            return nil
        }
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.target = target.hasPrefix("/") ? String(target) : "/\(target)"
    }

    private static func parted(_ authority: Substring) -> (String, Int?)? {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let behind = authority[authority.index(after: end)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            port = behind.isEmpty ? nil : behind.dropFirst()
            guard !host.isEmpty, host.allSatisfy({ $0.isHexDigit || ":.".contains($0) }) else {
                return nil
            }
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                port = authority[authority.index(after: colon)...]
            }
            let isName = host.utf8.allSatisfy {
                switch $0 {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "-._".utf8.contains($0)
                }
            }
            guard isName, !host.isEmpty, host.utf8.count <= 253 else { return nil }
        }
        guard let port, !port.isEmpty else { return (host.lowercased(), nil) }
        guard let number = Int(port), (1...65_535).contains(number) else { return nil }
        return (host.lowercased(), number)
    }

    var text: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(isSecure ? "https" : "http")://\(name)\(port.map { ":\($0)" } ?? "")\(target)"
    }

    /// Whether the same server is asked in the same way.
    func hasOrigin(of other: WebAddress) -> Bool {
        isSecure == other.isSecure && host == other.host && actualPort == other.actualPort
    }

    private var actualPort: Int { port ?? (isSecure ? 443 : 80) }

    /// Where a `Location` leads from here; absent when it leads to no address of ours.
    func following(_ location: String) -> WebAddress? {
        if let address = WebAddress(location) { return address }
        // Anything else with a scheme, such as `file:`.
        guard location.firstMatch(of: /^[A-Za-z][A-Za-z0-9+.-]*:/) == nil else { return nil }
        if location.hasPrefix("//") {
            return WebAddress("\(isSecure ? "https" : "http"):\(location)")
        }
        var origin = self
        origin.target = ""
        if location.hasPrefix("/") { return WebAddress(origin.text + location) }
        let path = target.prefix { $0 != "?" }
        if location.hasPrefix("?") { return WebAddress(origin.text + path + location) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return WebAddress(origin.text + folder + location)
    }
}
