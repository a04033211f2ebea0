/// Leaves out the middle of a conversation that has outgrown a model's window.
///
/// The first block, the person's newest text and the newest blocks stay; a note says how many
/// messages are missing. Blocks are kept or dropped whole, so no tool call loses its result.
struct ContextWindow {
    /// Estimated tokens.
    let limit: Int
    /// The share of `limit` that trimming frees, so that it is not needed again at once.
    let trimShare: Double

    struct Fitted {
        var blocks: [PromptBlock]
        var dropped: Dropped?
    }

    struct Dropped {
        let messages: Int
        let before: Int
        let after: Int
    }

    func fit(_ blocks: [PromptBlock]) -> Fitted {
        let before = blocks.reduce(0) { $0 + $1.estimatedTokens }
        guard before > limit, blocks.count > 2 else { return Fitted(blocks: blocks) }
        let kept = keptIndices(of: blocks)
        let missing = blocks.indices.filter { !kept.contains($0) }
        guard let firstGap = missing.first else { return Fitted(blocks: blocks) }
        let count = missing.reduce(0) { $0 + blocks[$1].messages.count }
        let note = "[\(count) earlier messages trimmed to fit context window]"
        var fitted: [PromptBlock] = []
        for index in blocks.indices {
            if index == firstGap { fitted.append(PromptBlock(messages: [.system(note)])) }
            if kept.contains(index) { fitted.append(blocks[index]) }
        }
        let after = fitted.reduce(0) { $0 + $1.estimatedTokens }
        return Fitted(
            blocks: fitted, dropped: Dropped(messages: count, before: before, after: after))
    }

    private func keptIndices(of blocks: [PromptBlock]) -> Set<Int> {
        let target = Int(Double(limit) * (1 - trimShare))
        var kept: Set<Int> = [blocks.startIndex]
        if let input = blocks.lastIndex(where: \.isInput) { kept.insert(input) }
        var total = kept.reduce(0) { $0 + blocks[$1].estimatedTokens }
        var newest = 0
        for index in blocks.indices.reversed() where !kept.contains(index) {
            let tokens = blocks[index].estimatedTokens
            guard total + tokens <= target || newest < 2 else { break }
            kept.insert(index)
            total += tokens
            newest += 1
        }
        return kept
    }
}
