import CrewConfig
import CrewKit
import CrewProviders

extension CrewSetup {
    /// The same setup with its calls recorded or replayed, if the command line says so.
    func with(_ options: CassetteOptions) throws -> CrewSetup {
        var setup = self
        setup.cassette = try CassetteUse.opened(options, secrets: secrets)
        return setup
    }

    /// Every chain with its calls written down, where a cassette is recorded.
    func recorded(_ chains: [AgentID: ModelChain]) -> [AgentID: ModelChain] {
        guard case .recording(let recorder) = cassette else { return chains }
        let agents = loaded.definition.agents.map { ($0.id, Self.recordedName($0)) }
        let names = Dictionary(agents, uniquingKeysWith: { $1 })
        return Dictionary(
            uniqueKeysWithValues: chains.map { agent, chain in
                (agent, Self.recorded(chain, by: recorder, as: names[agent] ?? ""))
            })
    }

    /// What a run asked for in place of an agent's own models, written down likewise.
    func recorded(_ chain: ModelChain, as name: String) -> ModelChain {
        guard case .recording(let recorder) = cassette else { return chain }
        return Self.recorded(chain, by: recorder, as: name)
    }

    /// Models that answer from the cassette, where one is replayed.
    var replayedModels: (ModelSet, ModelChoices)? {
        guard case .replaying(let player) = cassette else { return nil }
        @Sendable func chain(_ agent: AgentID, _ name: String) -> ModelChain {
            ModelChain([ModelLink(unmetered: player.replaying(as: name, for: agent))])
        }
        let agents = loaded.definition.agents
        let chains = Dictionary(
            agents.map { ($0.id, chain($0.id, Self.recordedName($0))) },
            uniquingKeysWith: { $1 })
        let choices = ModelChoices(
            agents: agents.map { ($0.name, "replayed from \(player.path)") }, isScripted: false)
        return (ModelSet(chains: chains) { chain($0, $1) }, choices)
    }

    private static func recorded(
        _ chain: ModelChain, by recorder: CassetteRecorder, as name: String
    ) -> ModelChain {
        ModelChain([ModelLink(unmetered: recorder.recording(chain, as: name))])
    }

    /// What the crew's files call an agent's model: the same whichever endpoint answers.
    private static func recordedName(_ agent: AgentDefinition) -> String {
        "\(agent.primary.provider)/\(agent.primary.model)"
    }

    /// What must not get into a cassette: keys of the crew's files, and variables that are called
    /// like one.
    private var secrets: [Secret] {
        let references = loaded.definition.agents.flatMap {
            [$0.primary] + $0.fallbacks.map(\.reference)
        }
        let named = Set(references.compactMap(\.apiKeyVariable))
        let words = ["KEY", "TOKEN", "SECRET", "PASSWORD"]
        let variables = environment.filter { name, _ in
            named.contains(name) || words.contains { name.uppercased().hasSuffix($0) }
        }
        return references.compactMap(\.apiKey) + variables.values.map { Secret($0) }
    }
}
