import CrewKit
import Foundation

/// Finds words in messages, whatever their case; marks on letters may be left out of the query.
struct ConversationSearch {
    struct Hit: Sendable, Hashable {
        let message: SaidMessage
        /// 1 for the words as they were written, 0.9 for them in another spelling, 0.5 for some of
        /// several words.
        let relevance: Double
    }

    private let query: String
    private let folded: String
    private let words: [String]

    init(_ query: String) {
        self.query = query.trimmingCharacters(in: .whitespacesAndNewlines)
        folded = Self.fold(self.query)
        words = folded.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    /// The messages that fit, the closest first and of equal ones the newest.
    ///
    /// - Throws: `CancellationError` when nobody waits any more.
    func hits(in messages: [SaidMessage]) throws -> [Hit] {
        try messages.compactMap { message in
            try Task.checkCancellation()
            return relevance(of: message.text).map { Hit(message: message, relevance: $0) }
        }.sorted { ($0.relevance, $0.message.number) > ($1.relevance, $1.message.number) }
    }

    /// Whether the query stands in a text as a whole.
    func isIn(_ text: String) -> Bool {
        !folded.isEmpty && (text.contains(query) || Self.fold(text).contains(folded))
    }

    private func relevance(of text: String) -> Double? {
        guard !folded.isEmpty else { return nil }
        if text.contains(query) { return 1 }
        let text = Self.fold(text)
        if text.contains(folded) { return 0.9 }
        guard words.count > 1 else { return nil }
        let known = Set(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
        return words.contains(where: known.contains) ? 0.5 : nil
    }

    /// Lower case and without marks; `đ`, which is a letter of its own, becomes `d`.
    private static func fold(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
            .replacing("đ", with: "d")
    }
}
