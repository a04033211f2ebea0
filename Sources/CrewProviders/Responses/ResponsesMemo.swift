import CrewKit

/// What the endpoint wants to see again of a reply: its items in their order.
///
/// Reasoning stands there as it was sent. Of tool calls and of the text only the place stands there,
/// and what belongs to them beside what the conversation keeps: ids of calls may have changed.
enum ResponsesMemo {
    /// The memo of these items; nil where there is nothing but text and calls.
    ///
    /// - Parameter replaysReasoning: absent means reasoning that is encrypted, since the endpoint keeps
    ///   none of it.
    static func memo(of items: [JSONObject], model: String, replaysReasoning: Bool?) -> ModelMemo? {
        guard replaysReasoning != false else { return nil }
        var kept: [JSONValue] = []
        var isWorthIt = false
        for item in items {
            switch item["type"]?.string {
            case "reasoning":
                guard item["encrypted_content"]?.string != nil || replaysReasoning == true else {
                    continue
                }
                isWorthIt = true
                kept.append(.object(without(["status"], item)))
            case "message" where isCommentary(item):
                isWorthIt = true
                kept.append(.object(without([], item)))
            case "message":
                // Its text is the conversation's, and may have changed: it is no item of theirs now.
                kept.append(.object(without(["id", "status", "content", "role"], item)))
            case "function_call":
                kept.append(
                    .object(without(["status", "call_id", "name", "arguments"], item)))
            default: continue
            }
        }
        guard isWorthIt else { return nil }
        return ModelMemo(wire: .responses, model: model, content: ["items": .array(kept)])
    }

    /// Whether a message tells what the model is about to do, and not its answer.
    static func isCommentary(_ item: JSONObject) -> Bool { item["phase"]?.string == "commentary" }

    /// The items of a reply that goes back.
    static func items(
        _ memo: ModelMemo, said: JSONValue?, calls: [JSONObject]
    ) -> [JSONValue] {
        let kept = memo.content["items"]?.array?.compactMap(\.object) ?? []
        let plain = (said.map { [$0] } ?? []) + calls.map { .object($0) }
        // A conversation that keeps other calls than the reply had is told plainly.
        guard kept.count(where: { $0["type"]?.string == "function_call" }) == calls.count else {
            return plain
        }
        let place = kept.firstIndex(where: isAnswer)
        var calls = calls[...]
        let filled = kept.indices.compactMap { index -> JSONObject? in
            let item = kept[index]
            if item["type"]?.string == "function_call" {
                return calls.popFirst().map { joined(item, $0) }
            }
            guard isAnswer(item) else { return item }
            guard index == place else { return nil }
            return said?.object.map { joined(item, $0) }
        }
        let unplaced = place == nil ? said.map { [$0] } ?? [] : []
        return unplaced + filled.map { .object($0) }
    }

    private static func isAnswer(_ item: JSONObject) -> Bool {
        item["type"]?.string == "message" && !isCommentary(item)
    }

    private static func joined(_ item: JSONObject, _ members: JSONObject) -> JSONObject {
        var item = item
        for (name, value) in members { item[name] = value }
        return item
    }

    /// Members that are null are refused when they come back.
    private static func without(_ names: Set<String>, _ item: JSONObject) -> JSONObject {
        JSONObject(
            item.filter { !names.contains($0.key) && !$0.value.isNull }.map { ($0.key, $0.value) })
    }
}
