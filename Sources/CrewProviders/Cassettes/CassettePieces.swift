import CrewKit

extension [CassetteEntry.Piece] {
    /// The same pieces, but those that hold a secret only together made one without it.
    ///
    /// Models stream a few characters at a time: a key seldom comes in one piece.
    func withoutSplitSecrets(_ redaction: SecretRedaction) -> Self {
        var pieces: Self = []
        var attempt: Self = []
        for piece in self {
            guard piece.progress.beginsAnew else {
                attempt.append(piece)
                continue
            }
            pieces += attempt.joinedAroundSecrets(redaction) + [piece]
            attempt = []
        }
        return pieces + attempt.joinedAroundSecrets(redaction)
    }

    private func joinedAroundSecrets(_ redaction: SecretRedaction) -> Self {
        var pieces = self
        for (make, text) in [(ModelProgress.text, \.said), (ModelProgress.reasoning, \.thought)]
            as [((String) -> ModelProgress, KeyPath<ModelProgress, String?>)]
        {
            let whole = pieces.compactMap { $0.progress[keyPath: text] }.joined()
            let redacted = redaction.redacted(whole)
            // It arrives as late as its first part did: what follows comes behind it.
            guard redacted != whole,
                let first = pieces.firstIndex(where: { $0.progress[keyPath: text] != nil })
            else { continue }
            let time = pieces[first].milliseconds
            pieces.removeAll { $0.progress[keyPath: text] != nil }
            pieces.insert(
                CassetteEntry.Piece(milliseconds: time, progress: make(redacted)), at: first)
        }
        return pieces
    }
}

extension ModelProgress {
    /// Whether what was said before is void.
    fileprivate var beginsAnew: Bool {
        switch self {
        case .retrying, .fellBack: true
        default: false
        }
    }

    fileprivate var said: String? { if case .text(let text) = self { text } else { nil } }
    fileprivate var thought: String? {
        if case .reasoning(let text) = self { text } else { nil }
    }
}
