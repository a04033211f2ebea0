import CrewKit
import Synchronization

/// Shows a run on a terminal: words as they come, everything else as one quiet line.
final class TerminalRenderer: Renderer {
    private struct State {
        /// Who is in the middle of a line: `nil` when the cursor is at the start of one.
        var speaking: Speaker?
        /// Messages that were streamed, with the number of their next piece. One that lost a piece
        /// leaves this, and is shown whole when it is complete.
        var streamed: [Message: Int] = [:]
    }

    private struct Message: Hashable {
        let agent: AgentID
        let round: Int
    }

    private struct Speaker: Hashable {
        let branch: BranchID?
        let agent: AgentID
        let round: Int
        let isReasoning: Bool
    }

    private let names: AgentNames
    private let style: TerminalStyle
    private let state = Mutex(State())

    init(names: AgentNames, style: TerminalStyle) {
        self.names = names
        self.style = style
    }

    var prompt: String { style.paint("you: ", .good) }

    func begin(_ choices: ModelChoices) { note("model: \(choices.summary)") }

    func show(_ item: FeedItem) {
        switch item {
        case .delta(let delta): show(delta)
        case .event(let stored): show(stored)
        }
    }

    func end(_ record: RunRecord) {
        finishLine()
        var parts = [OutcomeText.word(for: record.status)]
        if let tokens = Amounts.tokens(record.usage) { parts.append("\(tokens) tokens") }
        if let cost = record.cost { parts.append(Amounts.money(cost)) }
        parts.append("\(record.modelCalls) model call\(record.modelCalls == 1 ? "" : "s")")
        if let problem = OutcomeText.problem(with: record, names: names) {
            line(
                style.paint(TerminalStyle.harmless(problem), isFine(record.status) ? .good : .bad))
        }
        note(parts.joined(separator: ", "))
    }

    private func isFine(_ status: RunRecord.Status) -> Bool {
        if case .ended(.failed) = status { return false }
        return true
    }
}

extension TerminalRenderer {
    private func show(_ delta: MessageDelta) {
        switch delta.kind {
        case .text(let text): speak(text, of: delta, isReasoning: false)
        case .reasoning(let text): speak(text, of: delta, isReasoning: true)
        case .soFar(let text, _):
            let message = Message(agent: delta.agent, round: delta.round)
            if delta.branch == nil { state.withLock { $0.streamed[message] = delta.index } }
            speak(text, of: delta, isReasoning: false)
        case .abandoned(let reason):
            let message = Message(agent: delta.agent, round: delta.round)
            if delta.branch == nil { state.withLock { $0.streamed[message] = delta.index + 1 } }
            note("that reply is void (\(reason)); another one follows")
        }
    }

    /// Members of a group speak at the same time: their words are shown when they are complete.
    private func speak(_ text: String, of delta: MessageDelta, isReasoning: Bool) {
        guard delta.branch == nil else { return }
        let speaker = Speaker(
            branch: delta.branch, agent: delta.agent, round: delta.round, isReasoning: isReasoning)
        let isNew = state.withLock { state in
            let isNew = state.speaking != speaker
            state.speaking = speaker
            let message = Message(agent: delta.agent, round: delta.round)
            if delta.index == state.streamed[message, default: 0] {
                state.streamed[message] = delta.index + 1
            } else {
                state.streamed[message] = nil
            }
            return isNew
        }
        if isNew { StandardStreams.show("\n" + label(delta.agent, isReasoning: isReasoning)) }
        let words = TerminalStyle.harmless(text)
        StandardStreams.show(isReasoning ? style.paint(words, .quiet) : words)
    }

    private func label(_ agent: AgentID, isReasoning: Bool = false) -> String {
        style.paint(names[agent] + (isReasoning ? " (thinking): " : ": "), .agent)
    }

    private func finishLine() {
        let wasSpeaking = state.withLock { state in
            defer { state.speaking = nil }
            return state.speaking != nil
        }
        if wasSpeaking { StandardStreams.show("\n") }
    }

    private func line(_ text: String) {
        finishLine()
        StandardStreams.show(text + "\n")
    }

    private func note(_ text: String) {
        line(style.paint("· " + TerminalStyle.harmless(text), .quiet))
    }

    private func show(_ stored: StoredEvent) {
        switch stored.event {
        case .replied(let reply): show(reply, branch: stored.branch)
        case .roundStarted(let round) where stored.branch == nil:
            // An earlier run of the conversation may have been cut off in a message of this number.
            let message = Message(agent: round.agent, round: round.round)
            state.withLock { $0.streamed[message] = nil }
        case .toolStarted(let started):
            line(style.paint("→ \(started.call.name) \(short(started.call.arguments.text))", .tool))
        case .toolProgressed(let progressed):
            note("\(progressed.name): \(Amounts.progress(progressed.progress))")
        case .subrunProgressed(let progressed): show(progressed)
        case .toolReturned(let returned):
            let isGood = returned.result.status == .success
            let mark = isGood ? "✓" : "✗"
            line(
                style.paint(
                    "\(mark) \(returned.result.name): \(short(returned.result.output))",
                    isGood ? .good : .bad))
        case .signalMatched(let match):
            note("\(match.signal)\(match.target.map { " → \($0)" } ?? "")")
        case .handedOff(let handoff) where handoff.reason != .signal:
            note("\(names[handoff.from]) hands over to \(names[handoff.to])")
        case .crewAsked(let asked):
            note("\(names[asked.agent]) asks crew \(asked.call.name)")
        case .groupStarted(let group):
            note("at once: \(group.members.map { names[$0.agent] }.joined(separator: ", "))")
        case .memberEnded(let member) where member.outcome != .completed:
            note("\(names[member.agent]): \(member.outcome.name)")
        case .contextTrimmed(let trimmed):
            note("\(trimmed.droppedMessages) earlier messages left out of the prompt")
        case .warned(let warning): note("warning: \(warning.message)")
        case .modelRetried, .modelFellBack, .modelHedged, .modelWaited, .breakerChanged,
            .budgetReported, .replyRejected:
            if let news = stored.event.modelCallNews {
                note("\(names[news.agent]): \(news.sentence)")
            }
        case .queued: note("waits until the session is free")
        case .cancelRequested: note("is to end as soon as it may")
        case .recovered: note("taken up again after it was broken off")
        case .approvalRequested(let request):
            let call = "\(request.call.name) \(short(request.call.arguments.text))"
            line(
                style.paint("? \(stored.sequence): may \(names[request.agent]) call \(call)", .tool)
            )
        case .approvalDecided(let decided):
            let word = decided.decision == .approve ? "allowed" : "refused"
            note(
                "call \(decided.approval) is \(word)\(decided.source == .expiry ? " by default" : "")"
            )
        default: break
        }
    }

    /// What a run says and calls that works for a tool call, indented by its mark.
    private func show(_ progressed: SubrunProgressed) {
        switch progressed.event.event {
        case .replied(let reply) where !reply.message.text.isEmpty:
            line("  ↳ " + label(reply.agent) + short(reply.message.text))
        case .toolStarted(let started):
            line(style.paint("  ↳ → \(started.call.name)", .tool))
        case .approvalRequested(let request):
            let place = "crew runs approve \(progressed.run) \(progressed.event.sequence)"
            line(style.paint("  ↳ ? may it call \(request.call.name): \(place)", .tool))
        case .subrunProgressed(let deeper): show(deeper)
        default: break
        }
    }

    /// A reply that was not streamed word by word is shown whole.
    private func show(_ reply: Replied, branch: BranchID?) {
        let message = Message(agent: reply.agent, round: reply.round)
        let wasStreamed =
            branch == nil
            && state.withLock { $0.streamed.removeValue(forKey: message) != nil }
        guard !wasStreamed, !reply.message.text.isEmpty else { return }
        line("\n" + label(reply.agent) + TerminalStyle.harmless(reply.message.text))
    }

    private func short(_ text: String) -> String {
        let flat = TerminalStyle.harmless(text).split(whereSeparator: \.isNewline)
            .joined(separator: " ⏎ ")
        return flat.count > 160 ? flat.prefix(160) + "…" : flat
    }
}
