/// Looks a definition over: each check adds what it finds, none stops the others.
///
/// The ways through a crew (who is reached, what can end) are looked over by another part.
struct DefinitionCheck {
    let crew: CrewDefinition
    let agents: Set<AgentID>
    let groups: Set<GroupID>
    let tools: Set<ToolName>
    /// The crew's tools that let another crew work.
    let crewTools: [ToolName]
    private(set) var problems: [DefinitionProblem] = []

    init(_ crew: CrewDefinition, tools: Set<ToolName>, prices: PriceTable) {
        self.crew = crew
        self.agents = Set(crew.agents.map(\.id))
        self.groups = Set(crew.routing.groups.keys)
        self.tools = tools.union(crew.tools.map(\.name))
        self.crewTools = crew.tools.filter(\.letsCrewWork).map(\.name)
        checkAgents()
        checkEntryPoint()
        checkSettings()
        checkSignals()
        checkPromptSignals()
        checkPlaceholders()
        checkDefaults()
        checkBehaviors()
        checkGroups()
        checkUnusedTools()
        checkModels()
        problems += DeclaredToolCheck(crew, agents: agents).problems
        problems += ServerCheck(crew).problems
        problems += ScriptCheck(crew, tools: self.tools).problems
        problems += BudgetCheck(crew, prices: prices).problems
        problems += FlowCheck(crew, prices: prices).problems
    }

    mutating func add(
        _ severity: DefinitionProblem.Severity, _ code: String, at path: DefinitionPath,
        _ message: String, suggestion: String? = nil, words: String? = nil
    ) {
        problems.append(
            DefinitionProblem(
                severity, code, at: path, message, suggestion: suggestion, words: words))
    }

    func nearestAgent(to word: String) -> String? {
        NearestWord.suggestion(for: word, among: agents.map(\.rawValue))
    }

    func nearestTarget(to word: String) -> String? {
        NearestWord.suggestion(
            for: word, among: agents.map(\.rawValue) + groups.map(\.rawValue))
    }
}

extension DeclaredTool {
    /// Whether a call of it lets another crew work.
    var letsCrewWork: Bool {
        if case .crew = work { return true }
        return false
    }
}
