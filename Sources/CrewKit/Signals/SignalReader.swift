/// Reads the signals that an agent gave in a reply.
///
/// Only what the agent itself said counts: nothing in reasoning, code fences, quoted lines or
/// quotation marks. A signal in backticks counts when it stands alone on its line, as small models
/// write it; within a sentence it is a mention.
struct SignalReader: Sendable {
    let settings: CrewSettings
    private let index: SignalIndex

    init(routes: [ResolvedRoute], settings: CrewSettings) {
        self.settings = settings
        index = SignalIndex(routes, foldsDiacritics: settings.foldsDiacritics)
    }

    /// A route whose signal stands in a reply.
    struct Match: Sendable, Hashable {
        let route: ResolvedRoute
        let level: SignalMatchLevel
    }

    /// Longer bracketed text is prose.
    static let maximumLength = 100

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
