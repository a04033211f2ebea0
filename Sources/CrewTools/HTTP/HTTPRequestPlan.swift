import CrewKit

/// An `HTTPTemplate` looked over once: what each call fills in.
struct HTTPRequestPlan: Sendable {
    /// One request, ready to be sent.
    struct Request: Sendable {
        var method: String
        var address: WebAddress
        var headers: [(String, String)]
        var body: [UInt8]?
    }

    let host: String
    let allowedHosts: Set<String>
    private let method: String
    /// Scheme, host and port.
    private let origin: String
    private let path: TextTemplate
    /// Behind the first `?`, without it.
    private let writtenQuery: TextTemplate?
    private let query: [(String, TextTemplate)]
    private let headers: [(String, TextTemplate)]
    private let body: JSONTemplate?

    /// - Throws: A sentence about what cannot work.
    init(_ template: HTTPTemplate, parameters: [String]) throws(CrewError) {
        method = template.method.uppercased()
        guard method.wholeMatch(of: /[A-Z]{1,20}/) != nil, method != "CONNECT" else {
            throw Self.problem("'\(template.method)' is no method of a request")
        }
        let rest = template.url.firstRange(of: "://").map { template.url[$0.upperBound...] } ?? ""
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        origin = String(template.url[..<end])
        guard let address = WebAddress(origin), !rest.isEmpty else {
            throw Self.problem(
                "its url must begin with http:// or https:// and a host, "
                    + "without parameters and without a user name")
        }
        host = address.host
        let target = template.url[end...].prefix { $0 != "#" }
        let path = target.prefix { $0 != "?" }
        self.path = try TextTemplate(path.isEmpty ? "/" : String(path), in: "the path of its url")
        let behind = target.dropFirst(path.count + 1)
        writtenQuery =
            behind.isEmpty ? nil : try TextTemplate(String(behind), in: "the query of its url")
        query = try Self.templates(template.query, "query member")
        headers = try Self.templates(template.headers, "header")
        for (name, _) in headers + [(template.idempotencyHeader ?? "X", self.path)]
        where !Self.isHeaderName(name) {
            throw Self.problem("'\(name)' is no header that a tool may set")
        }
        body = try template.body.map { value throws(CrewError) in try JSONTemplate(value) }
        allowedHosts =
            template.allowedHosts.isEmpty
            ? [host] : Set(template.allowedHosts.map { Self.withoutBrackets($0.lowercased()) })
        guard allowedHosts.contains(host) else {
            throw Self.problem("its own host '\(host)' is not among its allowed hosts")
        }
        let used =
            self.path.parameters + (writtenQuery?.parameters ?? [])
            + (query + headers).flatMap { $0.1.parameters } + (body?.parameters ?? [])
        if let stranger = used.first(where: { !parameters.contains($0) }) {
            let hint = NearestWord.suggestion(for: stranger, among: parameters)
            throw Self.problem(
                "'{{\(stranger)}}' is no parameter of it" + (hint.map { "; \($0)" } ?? ""))
        }
    }

    /// The request of one call.
    ///
    /// - Throws: `parameter` when a value is missing where there must be one, or cannot be sent.
    func request(_ arguments: JSONObject) throws(ToolFailure) -> Request {
        var target = try Self.needed(path, arguments, Self.pathValue)
        var pieces: [String] = []
        if let writtenQuery {
            pieces.append(
                try Self.needed(writtenQuery, arguments) { value, _ in Self.encoded(value) })
        }
        for (name, template) in query {
            guard let value = try template.filled(arguments) else { continue }
            pieces.append("\(Self.encoded(name))=\(Self.encoded(value))")
        }
        if !pieces.isEmpty { target += "?\(pieces.joined(separator: "&"))" }
        guard let address = WebAddress(origin + target) else {
            throw ToolFailure(
                .parameter, "the address of the request cannot be made of these values",
                isWithoutEffect: true)
        }
        var sent: [(String, String)] = []
        for (name, template) in headers {
            let value = try template.filled(arguments, change: Self.headerValue)
            if let value { sent.append((name, value)) }
        }
        let body = body.map { Array(($0.filled(arguments) ?? .null).text.utf8) }
        if body != nil, !sent.contains(where: { $0.0.lowercased() == "content-type" }) {
            sent.append(("Content-Type", "application/json"))
        }
        return Request(method: method, address: address, headers: sent, body: body)
    }

    private static func needed(
        _ template: TextTemplate, _ arguments: JSONObject,
        _ change: (String, String) throws(ToolFailure) -> String
    ) throws(ToolFailure) -> String {
        if let text = try template.filled(arguments, change: change) { return text }
        let missing = template.parameters.first { arguments[$0]?.isNull ?? true } ?? ""
        throw ToolFailure(
            .parameter, "parameter '\(missing)': is needed for the address of the request",
            isWithoutEffect: true)
    }

    /// A value stays within its place of the path: it cannot be empty, nor lead upwards.
    private static func pathValue(_ value: String, _ name: String) throws(ToolFailure) -> String {
        let steps = value.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        guard !value.isEmpty, !steps.contains(where: { $0 == "." || $0 == ".." }) else {
            throw ToolFailure(
                .parameter,
                "parameter '\(name)': must not be empty nor hold '.' or '..' as a step of a path",
                isWithoutEffect: true)
        }
        return encoded(value)
    }

    private static func headerValue(_ value: String, _ name: String) throws(ToolFailure) -> String {
        guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw ToolFailure(
                .parameter, "parameter '\(name)': must hold no line breaks or control characters",
                isWithoutEffect: true)
        }
        return value
    }

    /// Everything but letters, digits and `-._~` as `%XX`.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }

    private static func templates(
        _ texts: [String: String], _ kind: String
    ) throws(CrewError) -> [(String, TextTemplate)] {
        var result: [(String, TextTemplate)] = []
        for name in texts.keys.sorted() {
            result.append((name, try TextTemplate(texts[name] ?? "", in: "its \(kind) '\(name)'")))
        }
        return result
    }

    private static let ownHeaders: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
        "expect", "accept-encoding",
    ]

    private static func isHeaderName(_ name: String) -> Bool {
        name.wholeMatch(of: /[A-Za-z0-9!#$%&'*+.^_`|~-]+/) != nil
            && !ownHeaders.contains(name.lowercased())
    }

    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    private static func problem(_ text: String) -> CrewError {
        CrewError(.invalidDefinition, text)
    }
}
