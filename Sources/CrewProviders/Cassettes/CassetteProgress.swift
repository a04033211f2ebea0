import CrewKit

/// What arrives before a reply is complete, as a cassette writes it.
enum CassetteProgress {
    static func members(of progress: ModelProgress) throws -> JSONObject {
        switch progress {
        case .text(let text): ["text": .string(text)]
        case .reasoning(let text): ["reasoning": .string(text)]
        case .retrying(let attempt, let after, let reason):
            [
                "retrying": .integer(attempt), "after_ms": .integer(after.inMilliseconds),
                "reason": .string(reason.rawValue),
            ]
        case .fellBack(let from, let to, let reason):
            [
                "fell_back_to": .string(to), "from": .string(from),
                "reason": .string(reason.rawValue),
            ]
        case .hedged(let after): ["hedged_after_ms": .integer(after.inMilliseconds)]
        case .waited(let time, let endpoint):
            ["waited_ms": .integer(time.inMilliseconds), "endpoint": .string(endpoint)]
        case .breaker(let change): ["breaker": try JSONValue(encoding: change)]
        case .budget(let notice): ["budget": try JSONValue(encoding: notice)]
        case .lost(let usage, let cost):
            ["lost": try JSONValue(encoding: usage), "cost": cost.map { .number($0) } ?? .null]
        }
    }

    static func progress(in piece: JSONValue) throws -> ModelProgress? {
        let reason = CrewError.Code(piece["reason"]?.string ?? "")
        if let text = piece["text"]?.string { return .text(text) }
        if let text = piece["reasoning"]?.string { return .reasoning(text) }
        if let attempt = piece["retrying"]?.integer {
            return .retrying(attempt: attempt, after: time(piece["after_ms"]), reason: reason)
        }
        if let model = piece["fell_back_to"]?.string {
            return .fellBack(from: piece["from"]?.string ?? "", to: model, reason: reason)
        }
        if let after = piece["hedged_after_ms"] { return .hedged(after: time(after)) }
        if let waited = piece["waited_ms"] {
            return .waited(time(waited), endpoint: piece["endpoint"]?.string ?? "")
        }
        if let notice = piece["budget"] {
            return .budget(try notice.decoded(as: BudgetNotice.self))
        }
        if let usage = piece["lost"] {
            return .lost(try usage.decoded(as: Usage.self), cost: piece["cost"]?.double)
        }
        return try piece["breaker"].map { .breaker(try $0.decoded(as: BreakerChange.self)) }
    }

    private static func time(_ value: JSONValue?) -> Duration {
        .milliseconds(value?.integer ?? 0)
    }
}
