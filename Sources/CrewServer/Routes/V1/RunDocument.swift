package import CrewKit

/// A run as a JSON document.
package struct RunDocument {
    package let record: RunRecord
    /// Of a run at rest, where somebody asked for it.
    package var result: RunResult?

    package init(record: RunRecord, result: RunResult? = nil) {
        self.record = record
        self.result = result
    }

    package var json: JSONValue {
        var members: JSONObject = [
            "id": .string(record.id.rawValue),
            "crew": .string(record.crew),
            "session_id": JSONValue(record.writtenSession?.rawValue),
            "parent": JSONValue(record.parent?.rawValue),
            "status": .string(record.status.name.rawValue),
        ]
        members["tenant"] = record.tenant.map { .string($0) }
        members["outcome"] = outcome
        members["created_at"] = .string(Timestamp.text(record.createdAt))
        members["updated_at"] = .string(Timestamp.text(record.updatedAt))
        members["last_sequence"] = .integer(record.lastSequence)
        members["request_id"] = record.origin?.requestID.map { .string($0) }
        members["trace_id"] = record.origin?.trace.map { .string($0.traceID) }
        members["title"] = .string(record.title)
        if case .paused(let agent) = record.status { members["agent"] = .string(agent.rawValue) }
        members["pause"] = record.pause.map(\.json)
        members["approvals"] = .array(record.approvals.map(\.json))
        members["model_calls"] = .integer(record.modelCalls)
        members["usage"] = record.usage?.json
        members["cost"] = record.cost.map { .number($0) }
        members["result"] = result?.json
        return .object(members)
    }

    /// What was spent; a part that nobody reported is not there.
    package static func json(_ usage: Usage) -> JSONValue { usage.json }

    private var outcome: JSONValue? {
        guard case .ended(let outcome) = record.status else { return nil }
        var members: JSONObject = ["name": .string(outcome.name)]
        switch outcome {
        case .terminated(let signal): members["signal"] = .string(signal)
        case .limitReached(let limit): members["limit"] = .string(limit.rawValue)
        case .failed(let failure):
            var parts: JSONObject = [
                "code": .string(failure.code), "message": .string(failure.message),
            ]
            parts["agent"] = failure.agent.map { .string($0.rawValue) }
            members["failure"] = .object(parts)
        case .completed, .paused, .cancelled: break
        }
        return .object(members)
    }
}

extension JSONValue {
    /// A text, or `null`.
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }
}

extension RunResult {
    fileprivate var json: JSONValue {
        [
            "text": .string(text), "agent": JSONValue(agent?.rawValue),
            "rounds": .integer(rounds), "handoffs": .integer(handoffs),
        ]
    }
}

extension RunRecord.Pause {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "kind": .string(kind.rawValue), "agent": .string(agent.rawValue),
        ]
        members["expires_at"] = expiresAt.map { .string(Timestamp.text($0)) }
        return .object(members)
    }
}

extension RunRecord.Approval {
    fileprivate var json: JSONValue {
        var members: JSONObject = ["id": .integer(id.rawValue)]
        members["branch"] = branch.map { .string($0.rawValue) }
        members["agent"] = .string(request.agent.rawValue)
        members["tool"] = .string(request.call.name.rawValue)
        members["call_id"] = .string(request.call.id.rawValue)
        members["arguments"] = request.call.arguments
        members["effect"] = .string(request.effect.rawValue)
        members["reason"] = .string(request.reason.rawValue)
        members["requested_at"] = .string(Timestamp.text(requestedAt))
        members["expires_at"] = expiresAt.map { .string(Timestamp.text($0)) }
        members["default_decision"] = .string(request.defaultDecision.rawValue)
        return .object(members)
    }
}

extension Usage {
    /// What was spent; a part that nobody reported is not there.
    var json: JSONValue {
        var parts = JSONObject()
        parts["input_tokens"] = inputTokens.map { .integer($0) }
        parts["output_tokens"] = outputTokens.map { .integer($0) }
        parts["cached_input_tokens"] = cachedInputTokens.map { .integer($0) }
        parts["reasoning_tokens"] = reasoningTokens.map { .integer($0) }
        parts["complete"] = .bool(isComplete)
        return .object(parts)
    }
}
