import CrewKit

extension Schemas {
    /// Types and fields of events are a contract of their own, told in docs/events.md: what is new in
    /// a later version must not make an answer invalid.
    static let events: Named = [
        "EventList": Schema.object([
            "events": Schema.list(Schema.reference("Event"), atMost: 1_000),
            "next": Schema.described(
                Schema.orNull(Schema.count), "The `after` of the next page."),
        ]),
        "Event": open(
            Schema.object(
                ["sequence": Schema.integer(1...Int.max), "time": Schema.time, "type": word],
                optional: ["branch": Schema.text]),
            "A stored event; its other fields go by its type."),
        "MessagePiece": Schema.object(
            ["agent": Schema.text, "round": Schema.count, "index": Schema.count],
            optional: [
                "branch": Schema.text, "text": Schema.text, "reasoning": Schema.text,
                "code": Schema.text,
            ]),
        "StreamedEvent": [
            "anyOf": [Schema.reference("Event"), Schema.reference("MessagePiece")],
            "description":
                "The data of an event: a stored one, or a piece of a message (without an id).",
        ],
        "Frame": Schema.described(
            Schema.object([
                "type": word, "agent": Schema.text, "content": Schema.text,
                "timestamp": Schema.time,
                "metadata": open(
                    Schema.object(
                        ["run_id": Schema.id],
                        optional: ["agent_id": Schema.text, "branch": Schema.text]), nil),
            ]), "`content` is for people, `metadata` for programs; the latter goes by the type."),
    ]

    private static let word: JSONValue = ["type": "string", "pattern": "^[a-z_]+$"]

    private static func open(_ schema: JSONValue, _ text: String?) -> JSONValue {
        guard var members = schema.object else { return schema }
        members["type"] = "object"
        members["additionalProperties"] = true
        members["description"] = text.map { .string($0) }
        return .object(members)
    }
}
