import CrewKit

/// The versions of a run that a request is meant for, or not (RFC 9110, section 13).
struct VersionCondition {
    private struct Tag {
        let text: String
        /// Of something that means the same, which need not be the same.
        let isWeak: Bool
    }

    /// `nil` is any version.
    private let tags: [Tag]?

    /// - Parameter header: `If-Match` or `If-None-Match`; an absent one is no condition.
    /// - Throws: `invalidInput` for what is no list of entity tags.
    init?(_ header: String?) throws(CrewError) {
        guard let header else { return nil }
        guard let tags = Self.tags(header) else {
            throw CrewError(
                .invalidInput,
                "If-Match and If-None-Match take * or entity tags in quotes, such as \"12\"")
        }
        self.tags = tags.isEmpty ? nil : tags
    }

    /// The version of a run is its last sequence.
    static func tag(of record: RunRecord) -> String { "\"\(record.lastSequence)\"" }

    /// Whether it is this version and no other, as `If-Match` asks: a weak tag never says that.
    func isExactly(_ record: RunRecord) -> Bool {
        guard let tags else { return true }
        return tags.contains { !$0.isWeak && $0.text == Self.tag(of: record) }
    }

    /// Whether it means the same as this version, as `If-None-Match` asks.
    func isLike(_ record: RunRecord) -> Bool {
        guard let tags else { return true }
        return tags.contains { $0.text == Self.tag(of: record) }
    }

    /// - Returns: none for `*`; `nil` for what is malformed.
    private static func tags(_ header: String) -> [Tag]? {
        var rest = header.trimmingPrefix(while: \.isWhitespace)
        if rest.first == "*" { return rest.dropFirst().allSatisfy(\.isWhitespace) ? [] : nil }
        var tags: [Tag] = []
        while true {
            let isWeak = rest.hasPrefix("W/")
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else {
                return nil
            }
            tags.append(Tag(text: String(rest[...end]), isWeak: isWeak))
            rest = rest[rest.index(after: end)...].trimmingPrefix(while: \.isWhitespace)
            guard let comma = rest.popFirst() else { return tags }
            guard comma == "," else { return nil }
            rest = rest.trimmingPrefix(while: \.isWhitespace)
        }
    }
}
