extension RunOutcome: Codable {
    private enum CodingKeys: String, CodingKey { case name, agent, signal, limit, failure }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .name)
        switch name {
        case "completed": self = .completed
        case "cancelled": self = .cancelled
        case "paused": self = .paused(at: try container.decode(AgentID.self, forKey: .agent))
        case "terminated":
            self = .terminated(by: try container.decode(String.self, forKey: .signal))
        case "limit_reached":
            self = .limitReached(try container.decode(RunLimit.self, forKey: .limit))
        case "failed":
            self = .failed(try container.decode(RunFailure.self, forKey: .failure))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: container, debugDescription: "unknown outcome '\(name)'")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        switch self {
        case .completed, .cancelled: break
        case .paused(let agent): try container.encode(agent, forKey: .agent)
        case .terminated(let signal): try container.encode(signal, forKey: .signal)
        case .limitReached(let limit): try container.encode(limit, forKey: .limit)
        case .failed(let failure): try container.encode(failure, forKey: .failure)
        }
    }
}
