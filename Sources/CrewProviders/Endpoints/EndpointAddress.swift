import AsyncHTTPClient
import CrewKit
import NIOHTTP1

/// Where an endpoint lives: a base URL in its one true spelling.
struct EndpointAddress: Sendable, Hashable {
    /// Such as `https://api.openai.com/v1`, without a slash at its end.
    let base: String
    /// What is written behind every path, such as `?api-version=2024-10-21`; mostly nothing.
    let query: String
    /// Host and written port, for messages; never the credentials that a URL may hold.
    let host: String

    /// Reads a base URL that somebody wrote.
    init(_ text: String) throws(CrewError) {
        let written = text.trimmingBlanks
        var base = String(written.prefix { $0 != "?" && $0 != "#" })
        let query = written.dropFirst(base.count).prefix { $0 != "#" }
        for suffix in ["/", "/chat/completions", "/responses", "/"] where base.hasSuffix(suffix) {
            base.removeLast(suffix.count)
            while base.hasSuffix("/") { base.removeLast() }
        }
        let lowercased = base.lowercased()
        guard lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://") else {
            throw Self.invalid("the base URL must start with http:// or https://")
        }
        let rest = base[
            base.index(base.startIndex, offsetBy: lowercased.hasPrefix("https") ? 8 : 7)...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard !host.isEmpty, host.first != ":" else {
            throw Self.invalid("the base URL names no host")
        }
        self.base = base
        self.query = query.count > 1 ? String(query) : ""
        self.host = String(host)
        _ = try request(.GET, "", key: nil)
    }

    /// Host and port, the usual port where none is written: what tells one server from another.
    var authority: String {
        let name = host.lowercased()
        let written = name.split(separator: "]", omittingEmptySubsequences: false).last ?? ""
        guard !written.contains(":") else { return name }
        return name + (base.lowercased().hasPrefix("https") ? ":443" : ":80")
    }

    /// OpenAI's own service, whose rules differ from those of compatible servers.
    var isOpenAI: Bool {
        let name = host.prefix { $0 != ":" }.lowercased()
        return name == "api.openai.com" || name.hasSuffix(".api.openai.com")
    }

    /// A request to a path below the base URL.
    func request(
        _ method: HTTPMethod, _ path: String, key: Secret?
    ) throws(CrewError) -> HTTPClient.Request {
        var headers = HTTPHeaders([("accept", "application/json"), ("user-agent", "swift-crew")])
        if method == .POST { headers.add(name: "content-type", value: "application/json") }
        if let key = key?.revealed.trimmingBlanks, !key.isEmpty {
            guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw CrewError(
                    .modelRejectedKey,
                    "The API key for \(host) holds characters that no key has, such as a line break"
                )
            }
            headers.add(name: "authorization", value: "Bearer \(key)")
        }
        do {
            return try HTTPClient.Request(
                url: base + path + query, method: method, headers: headers)
        } catch {
            throw Self.invalid("the base URL cannot be read")
        }
    }

    private static func invalid(_ problem: String) -> CrewError {
        CrewError(
            .invalidDefinition,
            "\(problem), such as https://api.openai.com/v1 or http://localhost:11434/v1")
    }
}

extension String {
    /// The text without blanks and line ends around it.
    var trimmingBlanks: String {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
