import CrewKit

/// Shows a run to whoever started it.
protocol Renderer: Sendable {
    /// What a conversation asks with.
    var prompt: String { get }
    /// Says which models answer.
    func begin(_ choices: ModelChoices)
    func show(_ item: FeedItem)
    /// Called once the run is at rest.
    func end(_ record: RunRecord)
}

/// Chooses how a run is shown.
enum Rendering {
    static func renderer(json: Bool, color: ColorChoice, names: AgentNames) -> any Renderer {
        if json { return JSONRenderer() }
        let isColored =
            switch color {
            case .always: true
            case .never: false
            case .auto: StandardStreams.isTerminal && TerminalStyle.environmentAllowsColor
            }
        guard StandardStreams.isTerminal || color == .always else {
            return PlainRenderer(names: names)
        }
        return TerminalRenderer(names: names, style: TerminalStyle(isColored: isColored))
    }
}

/// Display names by agent.
struct AgentNames: Sendable {
    private let names: [AgentID: String]

    /// - Parameter crew: absent where only ids are known.
    init(_ crew: CrewDefinition?) {
        let pairs = (crew?.agents ?? []).map { ($0.id, TerminalStyle.harmless($0.name)) }
        names = Dictionary(pairs, uniquingKeysWith: { $1 })
    }

    subscript(agent: AgentID) -> String { names[agent] ?? TerminalStyle.harmless(agent.rawValue) }
}
