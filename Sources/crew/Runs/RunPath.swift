import CrewKit
import Foundation

/// What happened in a run, step by step, with what each model call took.
struct RunPath {
    /// One line of the path.
    struct Step {
        let sequence: Int
        let time: Date
        let branch: BranchID?
        let text: String
    }

    /// One model call and the tool calls that it asked for.
    struct Round {
        let sequence: Int
        let branch: BranchID?
        let reply: Replied
        let startedAt: Date
        let seconds: TimeInterval
        var tools: [ToolRun] = []
    }

    /// One tool call with its result.
    struct ToolRun {
        let sequence: Int
        let result: ToolResult
        let seconds: TimeInterval
    }

    private struct Call: Hashable {
        let branch: BranchID?
        let id: ToolCallID
    }

    private(set) var steps: [Step] = []
    private(set) var rounds: [Round] = []
    private let names: AgentNames
    /// When the model call under way of each branch was begun.
    private var roundStarts: [BranchID?: Date] = [:]
    private var toolStarts: [Call: Date] = [:]

    init(_ events: [StoredEvent], names: AgentNames) {
        self.names = names
        for stored in events { take(stored) }
    }

    private mutating func take(_ stored: StoredEvent) {
        switch stored.event {
        case .roundStarted: roundStarts[stored.branch] = stored.time
        case .toolStarted(let started):
            toolStarts[Call(branch: stored.branch, id: started.call.id)] = stored.time
        case .replied(let reply): take(reply, stored)
        case .toolReturned(let returned): take(returned, stored)
        default: if let text = text(of: stored.event) { add(text, stored) }
        }
    }

    private mutating func take(_ reply: Replied, _ stored: StoredEvent) {
        let start = roundStarts[stored.branch] ?? stored.time
        let seconds = stored.time.timeIntervalSince(start)
        rounds.append(
            Round(
                sequence: stored.sequence, branch: stored.branch, reply: reply, startedAt: start,
                seconds: seconds))
        var parts = [Amounts.duration(seconds)]
        if let tokens = Amounts.tokens(reply.usage) { parts.append("\(tokens) tokens") }
        if let cost = reply.cost { parts.append(Amounts.money(cost)) }
        add(
            "\(names[reply.agent]), round \(reply.round), \(Self.short(reply.model)): "
                + parts.joined(separator: ", "), stored)
        if !reply.message.text.isEmpty { add("“\(Self.short(reply.message.text))”", stored) }
        for call in reply.message.toolCalls {
            add("→ \(call.name) \(Self.short(call.arguments.text))", stored)
        }
    }

    private mutating func take(_ returned: ToolReturned, _ stored: StoredEvent) {
        let result = returned.result
        let start = toolStarts.removeValue(forKey: Call(branch: stored.branch, id: result.call))
        let seconds = start.map(stored.time.timeIntervalSince) ?? 0
        let run = ToolRun(sequence: stored.sequence, result: result, seconds: seconds)
        let asked = rounds.lastIndex { round in
            round.branch == stored.branch
                && round.reply.message.toolCalls.contains { $0.id == result.call }
        }
        if let asked { rounds[asked].tools.append(run) }
        let mark = result.status == .success ? "✓" : "✗"
        add(
            "\(mark) \(result.name): \(result.status.rawValue), \(Amounts.duration(seconds)), "
                + "“\(Self.short(result.output))”", stored)
    }

    private mutating func add(_ text: String, _ stored: StoredEvent) {
        steps.append(
            Step(
                sequence: stored.sequence, time: stored.time, branch: stored.branch,
                text: TerminalStyle.harmless(text)))
    }

    static func short(_ text: String) -> String {
        let flat = text.split(whereSeparator: \.isNewline).joined(separator: " ⏎ ")
        return flat.count > 100 ? flat.prefix(99) + "…" : flat
    }
}

extension RunPath {
    /// What is said of an event that is more than its own line; `nil` for those that say nothing.
    private func text(of event: RunEvent) -> String? {
        switch event {
        case .cancelRequested(let wish): "is to end: \(wish.depth.rawValue)"
        case .queued(let queued): "waits for its session: “\(Self.short(queued.input))”"
        case .runStarted(let started): "input: “\(Self.short(started.input))”"
        case .resumed(let resumed): text(of: resumed)
        case .recovered(let recovered):
            "taken up after it was broken off (\(recovered.policy.rawValue))"
        case .forked(let forked): text(of: forked)
        case .turnStarted(let turn): "\(names[turn.agent]) begins"
        case .contextTrimmed(let trimmed):
            "\(trimmed.droppedMessages) earlier messages left out of the prompt"
        case .roundFailed(let failed):
            "\(names[failed.agent]) failed: \(Self.short(failed.failure.message))"
        case .approvalRequested(let request): text(of: request)
        case .approvalDecided(let decided): text(of: decided)
        case .signalMatched(let match): "\(match.signal)\(match.target.map { " → \($0)" } ?? "")"
        case .handedOff(let handoff):
            "\(names[handoff.from]) hands over to \(names[handoff.to]) (\(handoff.reason.rawValue))"
        case .crewAsked(let asked): "\(names[asked.agent]) asks crew \(asked.call.name)"
        case .groupStarted(let group):
            "at once: \(group.members.map { names[$0.agent] }.joined(separator: ", "))"
        case .memberEnded(let member): "\(names[member.agent]) ends: \(member.outcome.name)"
        case .groupJoined(let group):
            "group \(group.group): \(group.succeeded.count) of \(group.succeeded.count + group.failed.count) succeeded"
        case .paused(let paused):
            "paused at \(names[paused.agent]): waits for \(Self.word(for: paused.kind))"
        case .warned(let warning): "warning: \(Self.short(warning.message))"
        case .modelRetried, .modelFellBack, .modelHedged, .modelWaited, .breakerChanged,
            .budgetReported, .replyRejected:
            event.modelCallNews.map { "\(names[$0.agent]): \(Self.short($0.sentence))" }
        case .runEnded(let end): text(of: end)
        case .toolProgressed(let progressed):
            "\(progressed.name): \(Amounts.progress(progressed.progress))"
        case .subrunProgressed(let progressed): text(of: progressed)
        case .roundStarted, .roundCancelled, .toolStarted, .replied, .toolReturned: nil
        }
    }

    /// Its own log says the rest.
    private func text(of progressed: SubrunProgressed) -> String? {
        switch progressed.event.event {
        case .runStarted: "run \(progressed.run) works for it"
        case .replied(let reply):
            "  \(names[reply.agent]): “\(Self.short(reply.message.text))”"
        case .runEnded(let end): "run \(progressed.run): \(end.outcome.name)"
        default: nil
        }
    }

    private func text(of resumed: RunResumed) -> String {
        let said = resumed.input.map { ": “\(Self.short($0))”" } ?? ""
        return (resumed.source == .expiry ? "resumed by default" : "resumed") + said
    }

    private func text(of forked: RunForked) -> String {
        let model = forked.model.map { ", model \($0)" } ?? ""
        let said = forked.input.map { ": “\(Self.short($0))”" } ?? ""
        return "forked from \(forked.run) at step \(forked.sequence)\(model)\(said)"
    }

    private func text(of request: ApprovalRequested) -> String {
        let call = "\(request.call.name) \(Self.short(request.call.arguments.text))"
        let reason = request.reason == .unknownOutcome ? ", whose outcome was lost" : ""
        return "may \(names[request.agent]) call \(call) (\(request.effect.rawValue)\(reason))?"
    }

    private func text(of decided: ApprovalDecided) -> String {
        let word = decided.decision == .approve ? "allowed" : "refused"
        let who = decided.source == .expiry ? " by default" : ""
        let reason = decided.reason.map { ": “\(Self.short($0))”" } ?? ""
        return "call \(decided.approval) is \(word)\(who)\(reason)"
    }

    private func text(of end: RunEnded) -> String {
        switch end.outcome {
        case .failed(let failure): "failed: \(Self.short(failure.message))"
        case .terminated(let signal): "terminated by \(signal)"
        case .limitReached(let limit): "limit reached: \(limit.rawValue)"
        case .completed, .paused, .cancelled: end.outcome.name
        }
    }

    private static func word(for kind: RunPaused.Kind) -> String {
        switch kind {
        case .input: "an answer"
        case .external: "an answer from outside"
        case .approval: "permission"
        case .recovery: "somebody to resume it"
        }
    }
}
