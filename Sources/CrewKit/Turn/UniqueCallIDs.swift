/// Gives the calls of one reply ids that no other call of the conversation has.
///
/// Endpoints send empty ids, the same id twice in one reply, and the same ids in every reply; a
/// result must still belong to exactly one call.
enum UniqueCallIDs {
    static func made(for calls: [ToolCall], round: Int, branch: BranchID?) -> [ToolCall] {
        let place = branch.map { "\($0)." } ?? ""
        var seen: Set<ToolCallID> = []
        return calls.enumerated().map { index, call in
            var call = call
            let isUsable = !call.id.rawValue.isEmpty && call.id.rawValue.count <= 64
            if !isUsable || call.origin == .text || !seen.insert(call.id).inserted {
                call.id = ToolCallID("call_\(place)\(round)_\(index + 1)")
            }
            return call
        }
    }
}
