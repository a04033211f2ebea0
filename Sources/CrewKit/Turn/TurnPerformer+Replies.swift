extension TurnPerformer {
    /// What is to be said of a reply, before and after it.
    struct ReplyNews {
        var warnings: [RunEvent] = []
        var rejection: [RunEvent] = []
    }

    /// The reply as a message: native calls first, else calls written as text.
    func read(
        _ reply: ModelReply, as shape: ReplyShape?, of agent: ValidatedCrew.Agent,
        in state: RunState
    ) -> (AgentMessage, ReplyNews) {
        var news = ReplyNews()
        var (text, calls) = (reply.text, reply.toolCalls)
        var route: String?
        if let shape, calls.isEmpty {
            let reading = shape.reading(of: reply.text)
            (text, route) = (reading.text, reading.route)
            calls = reading.call.map { [$0] } ?? []
            if !reading.problems.isEmpty {
                news.rejection = [reject(reading.problems, of: agent.id, in: state)]
            }
        } else if calls.isEmpty, agent.hasTools {
            let parsed = TextToolCallParser.calls(
                in: reply.text, tools: definitions(of: agent, in: state))
            calls = parsed.calls
            news.warnings = parsed.warnings.map { warning(.unreadableToolCall, $0, of: agent.id) }
        }
        let most = crew.settings.maxToolCallsPerRound
        if calls.count > most {
            let text = "the reply asked for \(calls.count) tools; the first \(most) are called"
            news.warnings.append(warning(.tooManyToolCalls, text, of: agent.id))
            calls = Array(calls.prefix(most))
        }
        if reply.finish == .length {
            let text = "the reply was cut at the model's length limit"
            news.warnings.append(warning(.replyCut, text, of: agent.id))
        }
        let message = AgentMessage(
            agent: agent.id, text: text, reasoning: reply.reasoning,
            toolCalls: UniqueCallIDs.made(
                for: calls, round: state.totalRounds, branch: branch, after: state.entries),
            memo: reply.memo, route: route)
        return (message, news)
    }

    /// A model gets one chance to mend its reply.
    private func reject(
        _ problems: [String], of agent: AgentID, in state: RunState
    ) -> RunEvent {
        .replyRejected(
            ReplyRejected(
                agent: agent, round: state.rounds, problems: problems,
                isRepaired: !state.isRepairing))
    }

    private func warning(_ code: RunWarning.Code, _ text: String, of agent: AgentID) -> RunEvent {
        .warned(RunWarning(agent: agent, code: code, message: text))
    }
}
