/// An agent's signals by the spellings under which a reply may hold them.
///
/// A reply may be a megabyte of brackets, so that each of them is looked up and not compared with
/// every route.
struct SignalIndex: Sendable {
    private struct Entry {
        let route: ResolvedRoute
        let spelling: SignalSpelling
    }

    private let foldsDiacritics: Bool
    private var byNormalized: [String: [Entry]] = [:]
    private var byPlainLetters: [String: [Entry]] = [:]

    init(_ routes: [ResolvedRoute], foldsDiacritics: Bool) {
        self.foldsDiacritics = foldsDiacritics
        for route in routes {
            let entry = Entry(route: route, spelling: SignalSpelling(route.signal))
            byNormalized[entry.spelling.normalized, default: []].append(entry)
            guard foldsDiacritics else { continue }
            byPlainLetters[entry.spelling.withoutDiacritics, default: []].append(entry)
        }
    }

    var isEmpty: Bool { byNormalized.isEmpty }

    /// The route that is spelt most like the token; of equals the one with the higher priority,
    /// then the one that is configured first.
    func match(for token: String) -> SignalReader.Match? {
        let spelling = SignalSpelling(token)
        // Whatever matches more strictly is the same when normalised.
        var entries = byNormalized[spelling.normalized] ?? []
        if entries.isEmpty, foldsDiacritics {
            entries = byPlainLetters[spelling.withoutDiacritics] ?? []
        }
        let candidates = entries.compactMap { entry in
            entry.spelling.matches(spelling, foldingDiacritics: foldsDiacritics)
                .map { SignalReader.Match(route: entry.route, level: $0) }
        }
        return candidates.min {
            ($0.level, -$0.route.priority) < ($1.level, -$1.route.priority)
        }
    }
}
