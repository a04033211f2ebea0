/// Which patterns an input holds that try to give the agents other orders.
///
/// It is told and nothing more: what is suspicious may be meant well, and what is not may be harmful.
struct SuspiciousInput: Sendable {
    /// The names of the patterns, each once.
    let patterns: [String]

    init(_ input: String, in crew: ValidatedCrew) {
        let settings = crew.settings.suspicion
        guard settings.isOn else {
            patterns = []
            return
        }
        let words = PlainWords(input).words
        let places = Dictionary(grouping: words.indices, by: { words[$0] })
        let own = settings.phrases.map(SuspicionPattern.init(phrase:))
        var found = (SuspicionPattern.builtIn + own).filter { $0.occurs(in: words, at: places) }
            .map(\.name)
        if Self.marksRoles(input) { found.append("role_marker") }
        if Self.holdsSignal(input, of: crew) { found.append("crew_signal") }
        var seen: Set<String> = []
        patterns = found.filter { seen.insert($0).inserted }
    }

    private static func marksRoles(_ input: String) -> Bool {
        let text = input.lowercased()
        if SuspicionPattern.roleMarkers.contains(where: text.contains) { return true }
        return text.split(whereSeparator: \.isNewline).contains { line in
            guard let colon = line.firstIndex(of: ":") else { return false }
            let claim = line[..<colon].trimmingPrefix(while: { $0.isWhitespace || $0 == "#" })
            return SuspicionPattern.roles.contains(claim)
        }
    }

    /// Whether the text holds a signal that would lead the run somewhere, had an agent written it.
    private static func holdsSignal(_ input: String, of crew: ValidatedCrew) -> Bool {
        guard input.unicodeScalars.contains(where: BracketScan.isOpening) else { return false }
        let signals = Set(
            crew.allAgents.flatMap(\.routes).map { SignalSpelling($0.signal).normalized })
        return input.split(whereSeparator: \.isNewline).contains { line in
            BracketScan.tokens(in: line).contains {
                signals.contains(SignalSpelling($0).normalized)
            }
        }
    }

    /// `nil` when there is nothing to tell.
    var warning: RunEvent? {
        guard !patterns.isEmpty else { return nil }
        var warning = RunWarning(
            code: .suspiciousInput,
            message: "the input looks like an attempt to give the agents other orders: "
                + patterns.joined(separator: ", "))
        warning.patterns = patterns
        return .warned(warning)
    }
}
