import Foundation

/// Reads the signals that an agent gave in a reply.
///
/// Only what the agent itself said counts: nothing in reasoning, code fences, quoted lines or
/// quotation marks. A signal in backticks counts when it stands alone on its line, as small models
/// write it; within a sentence it is a mention.
struct SignalReader: Sendable {
    let settings: CrewSettings
    private let index: SignalIndex
    private let triggers: TriggerReader

    init(routes: [ResolvedRoute], settings: CrewSettings) {
        self.settings = settings
        index = SignalIndex(routes, foldsDiacritics: settings.foldsDiacritics)
        triggers = TriggerReader(routes)
    }

    /// A route whose signal stands in a reply.
    struct Match: Sendable, Hashable {
        let route: ResolvedRoute
        let level: SignalMatchLevel
    }

    /// Longer bracketed text is prose.
    static let maximumLength = 100

    /// Routes whose trigger a reply pulls, as matches.
    func pulled(by reply: String) -> [Match] {
        triggers.routes(for: reply).map { Match(route: $0, level: .trigger) }
    }

    /// A reply without the signals in it, for those who are to read what it says.
    func withoutSignals(_ reply: String) -> String {
        guard !index.isEmpty else { return reply }
        let signals = SpokenText.lines(of: reply)
            .flatMap { BracketScan.tokens(in: $0.text) }.filter { index.match(for: $0) != nil }
        let text = Set(signals).reduce(reply) { text, signal in
            text.split(separator: signal, omittingEmptySubsequences: false).joined()
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// All signals of a reply that have a route, in the order of the text.
    func matches(in reply: String) -> [Match] {
        guard !index.isEmpty, reply.unicodeScalars.contains(where: BracketScan.isOpening) else {
            return []
        }
        return SpokenText.lines(of: reply).filter { !$0.isToolFence }
            .flatMap { BracketScan.tokens(in: $0.text) }
            .compactMap(index.match(for:))
    }
}
