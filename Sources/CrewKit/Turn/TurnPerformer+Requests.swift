extension TurnPerformer {
    /// A model call as it is sent, and what is to be said of how it was made.
    struct Asked {
        var request: ModelRequest
        var shape: ReplyShape?
        var trimmed: [RunEvent]
    }

    func request(of agent: ValidatedCrew.Agent, in state: RunState) -> Asked {
        let tools = definitions(of: agent, in: state)
        let shape = ReplyShape(of: agent, in: crew, isAlone: state.isAlone, tools: tools)
        let prompt = PromptBuilder(crew: crew)
            .prompt(for: agent, entries: state.entries, tools: tools, shape: shape)
        var request = ModelRequest(
            agent: agent.id, messages: prompt.messages,
            tools: nativeTools(of: agent, in: state),
            temperature: agent.definition.temperature,
            maxOutputTokens: agent.definition.maxOutputTokens)
        request.toolChoice = toolChoice(of: agent, in: state)
        request.format = shape?.format
        request.run = run
        request.trace = state.roundSequence.flatMap { trace(.modelCall($0), in: state) }
        request.budget = budget(of: agent, in: state)
        return Asked(
            request: request, shape: shape,
            trimmed: prompt.trimmed.map { [.contextTrimmed($0)] } ?? [])
    }

    /// A part of the run as others are told of it; absent where nobody traces.
    func trace(_ part: TraceContext.SpanPart, in state: RunState) -> TraceContext? {
        state.origin?.trace?.at(TraceContext.spanID(of: run, part))
    }

    /// A turn that has tool results already is not forced to call more tools.
    private func toolChoice(of agent: ValidatedCrew.Agent, in state: RunState) -> ToolChoice {
        guard agent.definition.toolChoice == .required, case .toolResult? = state.entries.last
        else { return agent.definition.toolChoice }
        return .auto
    }

    private func nativeTools(of agent: ValidatedCrew.Agent, in state: RunState) -> [ToolDefinition]
    {
        let handoffs =
            state.isAlone
            ? [] : agent.nativeTargets.map { HandoffTool.definition(for: $0, in: crew) }
        guard agent.definition.toolCalls == .native else { return handoffs }
        return definitions(of: agent, in: state) + handoffs
    }
}
