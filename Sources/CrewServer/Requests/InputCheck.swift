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

    /// - Parameter name: what the request calls it.
    func query(_ query: String, named name: String = "query") throws(CrewError) {
        guard !query.allSatisfy(\.isWhitespace) else {
            throw CrewError(
                .invalidInput, "\(name.prefix(1).uppercased() + name.dropFirst()) is required")
        }
        if let problem = problem(of: query, named: name) {
            throw CrewError(.invalidInput, "Invalid \(name): \(problem)")
        }
    }

    private func problem(of query: String, named name: String) -> String? {
        if let problem = controlCharacters(query) { return "\(name) contains \(problem)" }
        let bytes = query.utf8.count
        if bytes > maxInputBytes {
            return "\(name) must be at most \(maxInputBytes) bytes of UTF-8, and has \(bytes)"
        }
        if query.count > limits.maxQueryCharacters {
            return "\(name) length must be 1-\(limits.maxQueryCharacters) characters"
        }
        return nil
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

    private func controlCharacters(_ query: String) -> String? {
        for scalar in query.unicodeScalars {
            switch scalar {
            case "\n", "\r", "\t": continue
            case "\0": return "null bytes"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": return "invalid control characters"
            default: continue
            }
        }
        return nil
    }

    private func invalidHistory(_ problem: String) -> CrewError {
        CrewError(.invalidInput, "Invalid history: \(problem)")
    }
}
