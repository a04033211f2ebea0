import CrewKit

/// One way that a run of a plan took.
struct PlannedPath: Sendable {
    /// The part of a way that one crew took for another, behind the step that asked for it.
    struct Inner: Sendable {
        let crew: String
        let steps: [CrewFlow.Edge]
    }

    let steps: [CrewFlow.Edge]
    /// By the numbers of the steps that asked other crews.
    let inner: [Int: Inner]
    let visited: [CrewFlow.Node]
    let outcome: RunOutcome
    /// Waits for a person in another crew that works for it; its name.
    let waitsInside: String?
    let rounds: Int
    let handoffs: Int
    /// Who was asked, by crew, the members of groups and other crews included.
    let calls: [PlanDecisions.Chooser]

    enum Kind: String, CaseIterable {
        case ends, waits
        case limit = "reaches_limit"
        case fails
    }

    var kind: Kind {
        if waitsInside != nil { return .waits }
        return switch outcome {
        case .completed, .terminated: .ends
        case .paused: .waits
        case .limitReached: .limit
        default: .fails
        }
    }

    /// The way in one line; what goes round and round is told once, with how often.
    var line: String {
        guard let first = steps.first else { return "" }
        let texts = steps.indices.map { index in
            " –\(steps[index].reason)→ \(steps[index].to)"
                + (inner[index].map { " (\($0.crew): \($0.steps.line))" } ?? "")
        }
        guard let round = Self.repetition(in: texts) else {
            return "\(first.from)" + texts.joined()
        }
        let end = round.start + round.length * round.count
        return "\(first.from)" + texts[..<round.start].joined()
            + " [" + texts[round.start..<round.start + round.length].joined().dropFirst()
            + "] ×\(round.count)" + texts[end...].joined()
    }

    /// The part that follows upon itself most often, the first of equals.
    static func repetition(in texts: [String]) -> (start: Int, length: Int, count: Int)? {
        var best: (start: Int, length: Int, count: Int)?
        for length in 1...max(1, texts.count / 2) {
            for start in 0..<texts.count where start + length * 2 <= texts.count {
                var count = 1
                let part = texts[start..<start + length]
                while start + length * (count + 1) <= texts.count,
                    texts[start + length * count..<start + length * (count + 1)].elementsEqual(part)
                {
                    count += 1
                }
                if count > 1, length * count > (best.map { $0.length * $0.count } ?? 0) {
                    best = (start, length, count)
                }
            }
        }
        return best
    }
}
