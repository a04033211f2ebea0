/// Gives the calls of one reply ids that no other call of the conversation has.
///
/// Endpoints send empty ids, the same id twice in one reply, and the same ids in every reply; a
/// result must still belong to exactly one call.
enum UniqueCallIDs {
    /// - Parameter entries: the conversation so far.
    static func made(
        for calls: [ToolCall], round: Int, branch: BranchID?, after entries: [ConversationEntry]
    ) -> [ToolCall] {
        guard !calls.isEmpty else { return [] }
        var taken: Set<ToolCallID> = []
        for case .agent(let message) in entries { taken.formUnion(message.toolCalls.map(\.id)) }
        let place = branch.map { "\(plain($0.rawValue))-" } ?? ""
        return calls.enumerated().map { index, call in
            var call = call
            let isUsable = !call.id.rawValue.isEmpty && call.id.rawValue.utf8.count <= 64
            if isUsable, call.origin == .native, taken.insert(call.id).inserted { return call }
            var number = index + 1
            repeat {
                call.id = ToolCallID("call_\(place)\(round)_\(number)")
                number += calls.count
            } while !taken.insert(call.id).inserted
            return call
        }
    }

    /// Some endpoints take only letters, digits, `_` and `-`.
    private static func plain(_ text: String) -> String {
        let letters = text.unicodeScalars.prefix(40).map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-": Character(scalar)
            default: "-"
            }
        }
        return String(letters)
    }
}
