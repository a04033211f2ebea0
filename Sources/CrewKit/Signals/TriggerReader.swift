import Foundation

/// The triggers of an agent's routes, for replies that hold no signal.
struct TriggerReader: Sendable {
    private let triggers: [(route: ResolvedRoute, test: CompiledTrigger)]

    init(_ routes: [ResolvedRoute]) {
        triggers = routes.compactMap { route in
            route.trigger.flatMap(CompiledTrigger.init).map { (route, $0) }
        }
    }

    /// Routes whose trigger a reply pulls, of higher priority first, then in the crew's order.
    func routes(for reply: String) -> [ResolvedRoute] {
        guard !triggers.isEmpty else { return [] }
        let spoken = SpokenText.lines(of: reply).filter { !$0.isToolFence }
            .map { String($0.text) }.joined(separator: "\n")
        let text = TriggerText(spoken)
        return triggers.filter { $0.test.isPulled(by: text) }.map(\.route).enumerated()
            .sorted { ($1.element.priority, $0.offset) < ($0.element.priority, $1.offset) }
            .map(\.element)
    }
}

/// What an agent said, in the forms in which triggers look at it.
struct TriggerText: Sendable {
    let text: String
    /// Case-folded words, with one blank around each.
    let words: String
    /// Case-folded, with one blank for each run of white space and none at the ends.
    let line: String

    init(_ text: String) {
        self.text = text
        let folded = text.precomposedStringWithCanonicalMapping.lowercased()
        words = Self.words(of: folded)
        line = folded.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    static func words(of folded: String) -> String {
        let words = folded.split { !$0.isLetter && !$0.isNumber }
        return " \(words.joined(separator: " ")) "
    }
}

/// A trigger that can be tried: its patterns are compiled.
indirect enum CompiledTrigger: Sendable {
    case keyword(String)
    case pattern(TextPattern)
    case prefix(String)
    case any([CompiledTrigger])
    case all([CompiledTrigger])

    /// - Returns: `nil` for one that can never be pulled; the check of definitions tells why.
    init?(_ trigger: SignalTrigger) {
        switch trigger {
        case .keyword(let word):
            let text = TriggerText(word)
            guard text.words.contains(where: { $0 != " " }) else { return nil }
            self = .keyword(text.words)
        case .pattern(let pattern):
            // What is none is told by the check.
            guard !pattern.isEmpty, let compiled = try? TextPattern(pattern) else { return nil }
            self = .pattern(compiled)
        case .prefix(let prefix):
            let text = TriggerText(prefix)
            guard !text.line.isEmpty else { return nil }
            self = .prefix(text.line)
        case .any(let inner): self = .any(inner.compactMap(CompiledTrigger.init))
        case .all(let inner):
            let compiled = inner.compactMap(CompiledTrigger.init)
            guard compiled.count == inner.count, !inner.isEmpty else { return nil }
            self = .all(compiled)
        }
    }

    func isPulled(by text: TriggerText) -> Bool {
        switch self {
        case .keyword(let word): text.words.contains(word)
        case .pattern(let pattern): pattern.matches(text.text)
        case .prefix(let prefix): text.line.hasPrefix(prefix)
        case .any(let inner): inner.contains { $0.isPulled(by: text) }
        case .all(let inner): inner.allSatisfy { $0.isPulled(by: text) }
        }
    }
}
