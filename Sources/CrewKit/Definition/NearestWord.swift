/// Finds what somebody may have meant.
package enum NearestWord {
    /// The candidate that is closest to `word`, when it is close enough to be what was meant.
    package static func of(_ word: String, among candidates: some Sequence<String>) -> String? {
        let folded = Array(word.lowercased().unicodeScalars)
        let bound = max(2, folded.count / 3)
        var nearest: (word: String, distance: Int)?
        for candidate in candidates {
            let other = Array(candidate.lowercased().unicodeScalars)
            // No number of changes within the bound makes up for a greater difference in length.
            guard abs(other.count - folded.count) <= bound else { continue }
            let found = (word: candidate, distance: distance(folded, other))
            // Short words that share nothing are no slips of each other.
            guard found.distance <= bound, found.distance < max(folded.count, other.count) else {
                continue
            }
            if let earlier = nearest {
                guard (found.distance, found.word) < (earlier.distance, earlier.word) else {
                    continue
                }
            }
            nearest = found
        }
        return nearest?.word
    }

    /// A sentence that names the closest candidate, or lists them all when they are few.
    package static func suggestion(
        for word: String, among candidates: some Sequence<String>
    ) -> String? {
        if let nearest = of(word, among: candidates) { return "did you mean '\(nearest)'?" }
        let all = candidates.sorted()
        guard !all.isEmpty, all.count <= 12 else { return nil }
        return "known: \(all.joined(separator: ", "))"
    }

    /// Levenshtein's distance.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let change = previous[column] + (scalar == other ? 0 : 1)
                current.append(min(change, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
