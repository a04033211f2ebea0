import CrewConfig
import CrewKit

/// A crew as a plan works it: everything that decides where a run goes, and nothing that costs.
///
/// Tools are not called, nobody is asked to approve, budgets not counted, members of groups succeed, and replies need no shape of
/// their own.
struct PlannedCrew: Sendable {
    let name: String
    /// As its author wrote it.
    let definition: CrewDefinition
    let flow: CrewFlow
    let runner: CrewRunner

    /// A crew and those that its signals ask.
    ///
    /// - Parameter built: crews by their folders, each built once; this one's are added.
    init(
        _ setup: CrewSetup, _ decisions: PlanDecisions, store: any RunStore, triesBuiltIns: Bool,
        built: inout [String: PlannedCrew], isRoot: Bool = true
    ) throws {
        definition = setup.loaded.definition
        name = definition.name
        flow = CrewFlow(definition)
        var tools: [any Tool] = []
        for tool in definition.tools {
            guard case .crew(let folder) = tool.work else { continue }
            let key = CrewSetup.key(of: folder)
            if built[key] == nil {
                let other = try setup.subcrew(in: folder)
                built[key] = try PlannedCrew(
                    other, decisions, store: store, triesBuiltIns: triesBuiltIns, built: &built,
                    isRoot: false)
            }
            guard let other = built[key] else { continue }
            var tool = tool
            tool.approval = .never
            tools.append(try CrewTool(tool, runner: other.runner))
        }
        let crew = try Self.bare(definition).validated(tools: [])
        let model = ExploringModel(
            crew: crew, decisions: decisions, store: store, triesBuiltIns: triesBuiltIns)
        runner = try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew), tools: Toolbox(tools), store: store,
            subcrews: isRoot ? built.values.map(\.runner) : [])
    }

    /// Further than this no path is walked, whatever the crew allows.
    static let mostHandoffs = 50
    static let mostRounds = 100

    private static func bare(_ definition: CrewDefinition) -> CrewDefinition {
        var bare = definition
        bare.settings.isStrict = false
        bare.settings.toolApproval = .never
        // A plan has no time of its own, and a circle need not be gone round for ever.
        bare.settings.timeout = .seconds(86_400)
        bare.settings.maxHandoffs = min(bare.settings.maxHandoffs, Self.mostHandoffs)
        bare.settings.maxRounds = min(bare.settings.maxRounds, Self.mostRounds)
        bare.settings.budgets = []
        bare.settings.maxTokens = nil
        bare.mcpServers = []
        bare.tools = definition.tools.filter {
            if case .crew = $0.work { return true }
            return false
        }
        for index in bare.tools.indices { bare.tools[index].approval = .never }
        for index in bare.agents.indices {
            bare.agents[index].tools = []
            bare.agents[index].budgets = []
            bare.agents[index].responseSchema = nil
            bare.agents[index].toolChoice = .auto
        }
        for id in bare.routing.groups.keys { bare.routing.groups[id]?.join = GroupJoin(.all) }
        return bare
    }
}
