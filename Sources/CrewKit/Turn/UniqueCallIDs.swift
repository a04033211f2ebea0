/// Gives the calls of a reply ids that no other call of the conversation has.
///
/// Endpoints send empty ids, the same id twice in one reply, and the same ids in every reply; a
/// result must still belong to exactly one call.
struct UniqueCallIDs {
    private let taken: Set<ToolCallID>
    private let prefix: String

    init(entries: [ConversationEntry], round: Int, branch: BranchID?) {
        var taken: Set<ToolCallID> = []
        for case .agent(let message) in entries { taken.formUnion(message.toolCalls.map(\.id)) }
        self.taken = taken
        prefix = "call_" + (branch.map { "\($0)." } ?? "") + "\(round)_"
    }

    func given(to calls: [ToolCall]) -> [ToolCall] {
        var taken = taken
        return calls.enumerated().map { index, call in
            var call = call
            let isUsable = !call.id.rawValue.isEmpty && call.id.rawValue.count <= 64
            if !isUsable || call.origin == .text || taken.contains(call.id) {
                call.id = free(from: index + 1, taken)
            }
            taken.insert(call.id)
            return call
        }
    }

    private func free(from number: Int, _ taken: Set<ToolCallID>) -> ToolCallID {
        var id = ToolCallID("\(prefix)\(number)")
        while taken.contains(id) { id = ToolCallID(id.rawValue + "_") }
        return id
    }
}
