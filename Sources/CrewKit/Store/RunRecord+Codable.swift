extension RunRecord.Status: Codable {
    private enum CodingKeys: String, CodingKey { case name, agent, outcome }

    public var name: Name {
        switch self {
        case .queued: .queued
        case .running: .running
        case .paused: .paused
        case .ended: .ended
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Name.self, forKey: .name) {
        case .queued: self = .queued
        case .running: self = .running
        case .paused: self = .paused(at: try container.decode(AgentID.self, forKey: .agent))
        case .ended: self = .ended(try container.decode(RunOutcome.self, forKey: .outcome))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        switch self {
        case .queued, .running: break
        case .paused(let agent): try container.encode(agent, forKey: .agent)
        case .ended(let outcome): try container.encode(outcome, forKey: .outcome)
        }
    }
}
