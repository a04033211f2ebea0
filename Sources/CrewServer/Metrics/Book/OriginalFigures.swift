/// One turn of an agent: what the original calls a request.
struct AgentExecution: Sendable, Hashable {
    enum Outcome: Sendable, Hashable { case success, error, timeout }

    let agent: String
    let outcome: Outcome
    let duration: Duration
}

/// One tool call that has its result.
struct CountedToolCall: Sendable, Hashable {
    let agent: String
    let tool: String
    let succeeded: Bool
    /// Absent for a call that was not made, or whose beginning was not seen.
    let duration: Duration?
}

/// What the original's collector keeps: counts and times of agents and of their tools.
struct OriginalFigures: Sendable {
    /// How often, and how long.
    struct Tally: Sendable, Hashable {
        var count = 0
        var successes = 0
        var errors = 0
        var timeouts = 0
        var timed = 0
        var total: Duration = .zero
        var shortest: Duration = .zero
        var longest: Duration = .zero

        var average: Duration { timed == 0 ? .zero : total / timed }

        mutating func take(_ duration: Duration?) {
            count += 1
            guard let duration else { return }
            shortest = timed == 0 ? duration : min(shortest, duration)
            longest = max(longest, duration)
            total += duration
            timed += 1
        }
    }

    struct Agent: Sendable {
        var tally = Tally()
        var tools: [String: Tally] = [:]
    }

    static let maximumAgents = 200
    static let maximumTools = 100

    private(set) var all = Tally()
    private(set) var agents: [String: Agent] = [:]

    mutating func take(_ execution: AgentExecution) {
        all.take(execution)
        agents[known(execution.agent), default: Agent()].tally.take(execution)
    }

    mutating func take(_ call: CountedToolCall) {
        let agent = known(call.agent)
        let hasRoom =
            agents[agent].map { row in
                row.tools[call.tool] != nil || row.tools.count < Self.maximumTools
            } ?? true
        let tool = hasRoom ? call.tool : MetricFamily.otherValue
        agents[agent, default: Agent()].tools[tool, default: Tally()].take(call)
    }

    private func known(_ agent: String) -> String {
        agents[agent] != nil || agents.count < Self.maximumAgents
            ? agent : MetricFamily.otherValue
    }
}

extension OriginalFigures.Tally {
    fileprivate mutating func take(_ execution: AgentExecution) {
        take(execution.duration)
        switch execution.outcome {
        case .success: successes += 1
        case .error: errors += 1
        case .timeout:
            errors += 1
            timeouts += 1
        }
    }

    fileprivate mutating func take(_ call: CountedToolCall) {
        take(call.duration)
        if call.succeeded { successes += 1 } else { errors += 1 }
    }
}
