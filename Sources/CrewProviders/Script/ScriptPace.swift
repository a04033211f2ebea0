import CrewKit

/// Streams a scripted reply word by word, as fast as its script says.
struct ScriptPace: Sendable {
    let tokensPerSecond: Double
    let clock: any Clock<Duration>

    /// Faster scripts stream several words at once: nobody sees more than this many changes.
    private static let piecesPerSecond = 50.0

    func play(
        reasoning: String, text: String, _ progress: @Sendable (ModelProgress) -> Void
    ) async throws {
        guard tokensPerSecond > 0 else {
            if !reasoning.isEmpty { progress(.reasoning(reasoning)) }
            if !text.isEmpty { progress(.text(text)) }
            return
        }
        let words =
            Self.words(reasoning).map { ModelProgress.reasoning($0) }
            + Self.words(text).map { ModelProgress.text($0) }
        try await play(words, on: clock, progress)
    }

    private func play<C: Clock>(
        _ words: [ModelProgress], on clock: C, _ progress: @Sendable (ModelProgress) -> Void
    ) async throws where C.Duration == Duration {
        let start = clock.now
        let step = max(1, Int(min(tokensPerSecond, 1e6) / Self.piecesPerSecond))
        for position in stride(from: 0, to: words.count, by: step) {
            if position > 0 {
                // Measured from the start, so that late timers do not add up.
                let due = start.advanced(by: .seconds(Double(position) / tokensPerSecond))
                try await clock.sleep(until: due, tolerance: nil)
            }
            for piece in Self.joined(words[position..<min(position + step, words.count)]) {
                progress(piece)
            }
        }
    }

    /// Neighbours of one kind as one piece.
    private static func joined(_ words: ArraySlice<ModelProgress>) -> [ModelProgress] {
        words.reduce(into: []) { pieces, word in
            switch (pieces.last, word) {
            case (.text(let left), .text(let right)):
                pieces[pieces.count - 1] = .text(left + right)
            case (.reasoning(let left), .reasoning(let right)):
                pieces[pieces.count - 1] = .reasoning(left + right)
            default: pieces.append(word)
            }
        }
    }

    /// Words, each with the blanks behind it; together they are the text.
    static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var endsInBlank = false
        for character in text {
            if endsInBlank, !character.isWhitespace {
                words.append(word)
                word = ""
            }
            endsInBlank = character.isWhitespace
            word.append(character)
        }
        return word.isEmpty ? words : words + [word]
    }
}
