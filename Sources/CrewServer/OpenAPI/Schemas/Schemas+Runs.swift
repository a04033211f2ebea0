import CrewKit

extension Schemas {
    static let runs: Named = [
        "Run": Schema.object(
            [
                "id": Schema.id, "crew": Schema.text,
                "session_id": Schema.orNull(Schema.text), "parent": Schema.orNull(Schema.text),
                "status": Schema.words(RunRecord.Status.Name.self), "created_at": Schema.time,
                "updated_at": Schema.time, "last_sequence": Schema.count, "title": Schema.text,
                "approvals": Schema.list(Schema.reference("Approval")),
                "model_calls": Schema.count,
            ],
            optional: [
                "outcome": Schema.reference("Outcome"), "agent": Schema.text,
                "pause": Schema.reference("Pause"), "usage": Schema.reference("Usage"),
                "cost": Schema.described(Schema.number, "US dollars, where prices are known."),
                "result": Schema.reference("RunResult"),
                "tenant": Schema.orNull(Schema.text),
                "request_id": Schema.orNull(Schema.text), "trace_id": Schema.orNull(Schema.text),
            ]),
        "RunList": Schema.object([
            "runs": Schema.list(Schema.reference("Run"), atMost: 200),
            "next": Schema.described(
                Schema.orNull(Schema.text), "The `cursor` of the next page."),
        ]),
        "Outcome": Schema.object(
            [
                "name": Schema.words([
                    "completed", "paused", "terminated", "limit_reached", "cancelled", "failed",
                ])
            ],
            optional: [
                "agent": Schema.text, "signal": Schema.text, "limit": Schema.text,
                "failure": Schema.object(
                    ["code": Schema.text, "message": Schema.text],
                    optional: ["agent": Schema.text]),
            ]),
        "Pause": Schema.object(
            [
                "kind": Schema.words(["input", "approval", "recovery", "external"]),
                "agent": Schema.text,
            ], optional: ["expires_at": Schema.time]),
        "Approval": Schema.object(
            [
                "id": Schema.integer(1...Int.max), "agent": Schema.text, "tool": Schema.text,
                "call_id": Schema.text, "arguments": Schema.anything,
                "effect": Schema.words(ToolEffect.self),
                "reason": Schema.words(["policy", "unknown_outcome"]),
                "requested_at": Schema.time,
                "default_decision": Schema.words(ApprovalDecision.self),
            ], optional: ["branch": Schema.text, "expires_at": Schema.time]),
        "RunResult": Schema.object([
            "text": Schema.text, "agent": Schema.orNull(Schema.text), "rounds": Schema.count,
            "handoffs": Schema.count,
        ]),
        "Usage": Schema.object(
            ["complete": Schema.flag],
            optional: [
                "input_tokens": Schema.count, "output_tokens": Schema.count,
                "cached_input_tokens": Schema.count, "reasoning_tokens": Schema.count,
            ]),
        "ArtifactList": Schema.object(["artifacts": Schema.list(Schema.reference("Artifact"))]),
        "Artifact": Schema.object([
            "name": Schema.text, "media_type": Schema.text, "byte_count": Schema.count,
            "created_at": Schema.time,
        ]),
        "HistoryMessage": [
            "type": "object", "required": ["role"],
            "properties": [
                "role": Schema.words(HistoryMessage.Role.self),
                "content": Schema.orNull(Schema.text),
            ],
        ],
        "Session": Schema.object([
            "id": Schema.id, "runs": Schema.list(Schema.reference("Run"), atMost: 1_000),
            "history": Schema.list(Schema.reference("SaidMessage")),
        ]),
        "SaidMessage": Schema.object(
            [
                "role": Schema.words([
                    "user", "assistant", "tool", "note", "correction", "briefing",
                ]), "content": Schema.text,
            ],
            optional: [
                "agent": Schema.text, "reasoning": Schema.text, "from": Schema.text,
                "group": Schema.text, "tool": Schema.text, "call_id": Schema.text,
                "status": Schema.words([
                    "success", "error", "timeout", "cancelled", "refused", "unknown",
                ]),
                "tool_calls": Schema.list(
                    Schema.object([
                        "id": Schema.text, "name": Schema.text, "arguments": Schema.anything,
                    ])),
            ]),
    ]
}
