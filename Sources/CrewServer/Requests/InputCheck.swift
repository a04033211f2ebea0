import CrewKit

/// Refuses input that no run should see, with a sentence that says why.
///
/// Characters are counted as people count them, so that a letter with its marks is one; bytes have
/// their own bound.
struct InputCheck {
    let limits: RequestLimits
    let maxInputBytes: Int
    let maxHistoryMessageBytes: Int

    init(limits: RequestLimits, settings: CrewSettings) {
        self.limits = limits
        self.maxInputBytes = settings.maxInputBytes
        self.maxHistoryMessageBytes = settings.maxHistoryMessageBytes
    }

    func query(_ query: String) throws(CrewError) {
        guard !query.allSatisfy(\.isWhitespace) else {
            throw CrewError(.invalidInput, "Query is required")
        }
        try controlCharacters(query)
        let bytes = query.utf8.count
        guard bytes <= maxInputBytes else {
            throw invalidQuery(
                "query must be at most \(maxInputBytes) bytes of UTF-8, and has \(bytes)")
        }
        guard query.count <= limits.maxQueryCharacters else {
            throw invalidQuery("query length must be 1-\(limits.maxQueryCharacters) characters")
        }
    }

    func history(_ messages: [HistoryMessage]) throws(CrewError) {
        guard messages.count <= limits.maxHistoryMessages else {
            throw invalidHistory(
                "history exceeds maximum \(limits.maxHistoryMessages) messages")
        }
        for (position, message) in messages.enumerated() {
            let bytes = message.content.utf8.count
            guard bytes <= maxHistoryMessageBytes else {
                throw invalidHistory(
                    "message \(position) exceeds size limit (\(bytes) > \(maxHistoryMessageBytes) bytes)"
                )
            }
            guard !message.content.utf8.contains(0) else {
                throw invalidHistory("message \(position) contains null bytes")
            }
        }
    }

    private func controlCharacters(_ query: String) throws(CrewError) {
        for scalar in query.unicodeScalars {
            switch scalar {
            case "\n", "\r", "\t": continue
            case "\0": throw invalidQuery("query contains null bytes")
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                throw invalidQuery("query contains invalid control characters")
            default: continue
            }
        }
    }

    private func invalidQuery(_ problem: String) -> CrewError {
        CrewError(.invalidInput, "Invalid query: \(problem)")
    }

    private func invalidHistory(_ problem: String) -> CrewError {
        CrewError(.invalidInput, "Invalid history: \(problem)")
    }
}
