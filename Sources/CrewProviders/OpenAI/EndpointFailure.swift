import CrewKit

/// What an endpoint said when it failed, from whatever shape it said it in.
struct EndpointFailure: Error, Sendable, Hashable {
    /// The longest message of an endpoint that we repeat, in characters.
    static let longestMessage = 300

    var message: String
    var type: String
    /// Textual codes and numeric ones alike.
    var code: String
    /// How long to wait, where the failure itself says so.
    var retryAfter: Duration?

    init(message: String, type: String = "", code: String = "") {
        self.message = Self.tidied(message)
        self.type = type
        self.code = code
    }

    /// An answer that fits no protocol.
    static let nonsense = EndpointFailure(message: "", type: "nonsense")
    /// A failure of which nothing more was said.
    static let unexplained = EndpointFailure(message: "")

    var isNonsense: Bool { type == "nonsense" }

    /// A failure that stands where a chunk or a completion was expected; nil when there is none.
    init?(reportedBy value: JSONValue) {
        switch value {
        case .object(let members):
            if let error = members["error"], !error.isNull {
                self.init(error: error)
            } else if members["choices"] == nil, members["usage"] == nil {
                guard members["detail"] != nil || (members["message"]?.string != nil) else {
                    return nil
                }
                self.init(members: members)
            } else {
                return nil
            }
        case .array(let elements):
            guard let failure = elements.lazy.compactMap({ EndpointFailure(reportedBy: $0) }).first
            else { return nil }
            self = failure
        case .string(let text):
            self.init(message: text)
        default:
            return nil
        }
    }

    /// Reads the body of a response whose status is an error.
    init(body: [UInt8]) {
        let text = String(decoding: body, as: UTF8.self)
        if let value = try? JSONValue(parsing: text) {  // not JSON: the text itself is the message
            self = EndpointFailure(reportedBy: value) ?? EndpointFailure(message: value.text)
        } else if Self.isMarkup(text) {
            self.init(message: Self.title(of: text) ?? "an HTML page", type: "html")
        } else {
            self.init(message: text)
        }
    }

    private init(error: JSONValue) {
        if let members = error.object {
            self.init(members: members)
        } else {
            self.init(message: error.string ?? error.text)
        }
    }

    private init(members: JSONObject) {
        let detail = members["detail"]
        let message =
            members["message"]?.string ?? detail?.string
            ?? detail?.array?.compactMap { $0["msg"]?.string }.joined(separator: "; ")
            ?? detail?.text ?? ""
        let code = members["code"] ?? members["status"]
        // A gateway's own words say little; those of the server behind it stand beside them.
        let behind = members["metadata"]?["raw"]?.string.map { ": \($0)" } ?? ""
        self.init(
            message: message + behind,
            type: members["type"]?.string ?? members["status"]?.string ?? "",
            code: code?.string ?? code?.integer.map(String.init) ?? "")
        if members["metadata"]?["reasons"]?.array != nil { type = "content_filter" }
        for detail in members["details"]?.array ?? [] { take(detail: detail) }
    }

    /// Google's servers say in lists of details what other servers say in headers and codes.
    private mutating func take(detail: JSONValue) {
        if let text = detail["retryDelay"]?.string, text.hasSuffix("s"),
            let seconds = Double(text.dropLast()), (0..<1e9).contains(seconds)
        {
            retryAfter = .milliseconds(Int64(seconds * 1000))
        }
        if let reason = detail["reason"]?.string { type += " \(reason)" }
        for violation in detail["violations"]?.array ?? []
        where violation["quotaId"]?.string?.contains("PerDay") == true {
            type += " insufficient_quota"
        }
    }

    static func isMarkup(_ text: String) -> Bool {
        text.utf8.first { $0 > 0x20 } == UInt8(ascii: "<")
    }

    private static func title(of page: String) -> String? {
        let folded = page.lowercased()
        guard folded.utf8.count == page.utf8.count,
            let start = folded.firstRange(of: "<title>"),
            let end = folded[start.upperBound...].firstRange(of: "</title>")
        else { return nil }
        let title = tidied(String(folded[start.upperBound..<end.lowerBound]))
        return title.isEmpty ? nil : "an HTML page titled '\(title)'"
    }

    /// One line of bounded length.
    private static func tidied(_ text: String) -> String {
        let words = text.prefix(longestMessage * 4).split { $0.isWhitespace || $0.isNewline }
        let line = words.joined(separator: " ")
            .filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
        return line.count <= longestMessage ? line : line.prefix(longestMessage) + "…"
    }
}
