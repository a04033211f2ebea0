import CrewKit

import struct Foundation.Date

/// A request that made a run start or go on, or was to, as it is told of afterwards.
struct RecentRequest: Sendable {
    /// How it stands.
    enum Status: String, Sendable, CaseIterable {
        case success, error, timeout
        /// It is being answered, or its run is under way.
        case pending
    }

    let id: String
    let trace: TraceContext?
    let method: String
    let route: String
    /// The name of the key that was used; absent where none are asked for.
    let key: String?
    let tenant: String?
    let startedAt: Date
    var endedAt: Date?
    var duration: Duration?
    /// Absent while it is being answered.
    var httpStatus: Int?
    /// The code of the problem that it was answered with.
    var problem: String?
    var run: RunID?
    var crew: String?
    /// Whether something of the run happened because of this request.
    var isWorking = false
    /// How the run rests that it made go.
    var outcome: RunOutcome?
    var agentCalls = 0
    var toolCalls = 0
    var rounds = 0
    var events = 0

    var status: Status {
        if let httpStatus, httpStatus >= 400 {
            return httpStatus == 408 || httpStatus == 504 ? .timeout : .error
        }
        switch outcome {
        case .limitReached(.time), .limitReached(.pause): return .timeout
        case .failed, .limitReached, .cancelled: return .error
        case .completed, .paused, .terminated: return .success
        case nil: return isWorking || httpStatus == nil ? .pending : .success
        }
    }
}

extension RecentRequest {
    /// Takes in what happened in its run.
    mutating func note(_ stored: StoredEvent, of facts: RunFacts, took elapsed: Duration) {
        // Runs that work for a call of its run carry the same id; that log repeats theirs.
        guard facts.caller == nil else { return }
        (run, crew, isWorking) = (facts.run, facts.crew, true)
        events += 1
        // It was answered before its run began, or a decision lets the run go on.
        (outcome, endedAt, duration) = (nil, nil, nil)
        switch stored.event {
        case .turnStarted: agentCalls += 1
        case .toolStarted: toolCalls += 1
        case .roundStarted: rounds += 1
        case .paused(let paused) where stored.branch == nil:
            end(.paused(at: paused.agent), stored.time, elapsed)
        case .runEnded(let ended) where stored.branch == nil:
            end(ended.outcome, stored.time, elapsed)
        default: break
        }
    }

    private mutating func end(_ outcome: RunOutcome, _ time: Date, _ elapsed: Duration) {
        self.outcome = outcome
        endedAt = time
        duration = elapsed
    }

    var json: JSONValue {
        var members: JSONObject = ["id": .string(id)]
        members["trace_id"] = trace.map { .string($0.traceID) }
        members["method"] = .string(method)
        members["route"] = .string(route)
        members["crew"] = JSONValue(crew)
        members["run_id"] = JSONValue(run?.rawValue)
        members["key"] = JSONValue(key)
        members["tenant"] = JSONValue(tenant)
        members["status"] = .string(status.rawValue)
        members["http_status"] = httpStatus.map { .integer($0) } ?? .null
        members["outcome"] = JSONValue(outcome?.name)
        members["error_code"] = JSONValue(failure)
        members["start_time"] = .string(Timestamp.text(startedAt))
        members["end_time"] = JSONValue(endedAt.map(Timestamp.text))
        members["duration_ms"] = duration.map { .integer(Int($0 / .milliseconds(1))) } ?? .null
        members["agent_calls"] = .integer(agentCalls)
        members["tool_calls"] = .integer(toolCalls)
        members["round_count"] = .integer(rounds)
        members["event_count"] = .integer(events)
        return .object(members)
    }

    private var failure: String? {
        switch outcome {
        case .failed(let failure): failure.code
        case .limitReached(let limit): limit.rawValue
        default: problem
        }
    }
}
