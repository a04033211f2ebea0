import CrewKit
import Logging

/// What the log says of an event: never what somebody said.
struct LogLine {
    /// Characters of one text, where texts are asked for.
    static let longestText = 2_000

    var level: Logger.Level
    var metadata: Logger.Metadata

    private init(_ level: Logger.Level, _ metadata: Logger.Metadata = [:]) {
        self.level = level
        self.metadata = metadata
    }

    /// `nil` for what would only fill the log.
    init?(_ stored: StoredEvent) {
        switch stored.event {
        case .queued(let queued): self.init(.info, ["agent": "\(queued.agent)"])
        case .runStarted(let started): self.init(.info, ["agent": "\(started.agent)"])
        case .resumed(let resumed): self.init(.info, ["agent": "\(resumed.agent)"])
        case .recovered(let recovered): self.init(.info, ["policy": "\(recovered.policy.rawValue)"])
        case .forked(let forked): self.init(.info, ["from_run": "\(forked.run)"])
        case .turnStarted(let turn): self.init(.info, ["agent": "\(turn.agent)"])
        case .paused(let paused):
            self.init(.info, ["agent": "\(paused.agent)", "kind": "\(paused.kind.rawValue)"])
        case .cancelRequested(let wish): self.init(.info, ["depth": "\(wish.depth.rawValue)"])
        case .runEnded(let ended): self = Self.line(ended)
        case .warned(let warning):
            self.init(.warning, ["code": "\(warning.code)"])
            metadata["agent"] = warning.agent.map { "\($0)" }
        default:
            guard
                let line = Self.modelLine(stored.event) ?? Self.toolLine(stored.event)
                    ?? Self.routingLine(stored.event)
            else { return nil }
            self = line
        }
    }

    private static func line(_ ended: RunEnded) -> LogLine {
        var metadata: Logger.Metadata = ["outcome": "\(ended.outcome.name)"]
        metadata["input_tokens"] = ended.usage?.inputTokens.map { "\($0)" }
        metadata["output_tokens"] = ended.usage?.outputTokens.map { "\($0)" }
        metadata["cost_usd"] = ended.cost.map { "\($0)" }
        switch ended.outcome {
        case .failed(let failure):
            metadata["code"] = "\(failure.code)"
            metadata["agent"] = failure.agent.map { "\($0)" }
            return LogLine(.error, metadata)
        case .limitReached(let limit):
            metadata["code"] = "\(limit.rawValue)"
            return LogLine(.warning, metadata)
        case .terminated(let signal): metadata["signal"] = "\(signal)"
        default: break
        }
        return LogLine(.info, metadata)
    }

    private static func modelLine(_ event: RunEvent) -> LogLine? {
        switch event {
        case .roundStarted(let round):
            return LogLine(
                .debug,
                ["agent": "\(round.agent)", "round": "\(round.round)", "model": "\(round.model)"])
        case .replied(let reply):
            var line = LogLine(
                .debug,
                [
                    "agent": "\(reply.agent)", "round": "\(reply.round)", "model": "\(reply.model)",
                    "finish": "\(reply.finish.rawValue)",
                    "tool_calls": "\(reply.message.toolCalls.count)",
                ])
            line.metadata["input_tokens"] = reply.usage?.inputTokens.map { "\($0)" }
            line.metadata["output_tokens"] = reply.usage?.outputTokens.map { "\($0)" }
            line.metadata["cost_usd"] = reply.cost.map { "\($0)" }
            return line
        case .roundFailed(let failed):
            return LogLine(
                .error, ["agent": "\(failed.agent)", "code": "\(failed.failure.code)"])
        case .roundCancelled(let cancelled): return LogLine(.info, ["agent": "\(cancelled.agent)"])
        case .contextTrimmed(let trimmed):
            return LogLine(
                .info,
                ["agent": "\(trimmed.agent)", "dropped_messages": "\(trimmed.droppedMessages)"])
        default:
            guard let news = event.modelCallNews else { return nil }
            return LogLine(.warning, ["agent": "\(news.agent)", "code": "\(news.code)"])
        }
    }

    private static func toolLine(_ event: RunEvent) -> LogLine? {
        switch event {
        case .toolStarted(let started):
            return LogLine(
                .info,
                [
                    "agent": "\(started.agent)", "tool": "\(started.call.name)",
                    "call_id": "\(started.call.id)",
                ])
        case .toolReturned(let returned):
            let result = returned.result
            var line = LogLine(
                result.status == .success ? .info : .warning,
                [
                    "agent": "\(returned.agent)", "tool": "\(result.name)",
                    "call_id": "\(result.call)", "status": "\(result.status.rawValue)",
                ])
            line.metadata["code"] = result.failure.map { "\($0.kind)" }
            return line
        case .approvalRequested(let request):
            return LogLine(
                .info, ["agent": "\(request.agent)", "tool": "\(request.call.name)"])
        case .approvalDecided(let decided):
            return LogLine(
                .info,
                [
                    "decision": "\(decided.decision.rawValue)",
                    "source": "\(decided.source.rawValue)",
                ])
        default: return nil
        }
    }

    private static func routingLine(_ event: RunEvent) -> LogLine? {
        switch event {
        case .signalMatched(let match):
            var line = LogLine(.info, ["agent": "\(match.agent)", "signal": "\(match.signal)"])
            line.metadata["target"] = match.target.map { "\($0)" }
            return line
        case .handedOff(let handoff):
            return LogLine(
                .info,
                [
                    "from": "\(handoff.from)", "to": "\(handoff.to)",
                    "reason": "\(handoff.reason.rawValue)",
                ])
        case .crewAsked(let asked):
            return LogLine(.info, ["agent": "\(asked.agent)", "tool": "\(asked.call.name)"])
        case .groupStarted(let group):
            return LogLine(
                .info, ["group": "\(group.group)", "members": "\(group.members.count)"])
        case .memberEnded(let member):
            return LogLine(
                .info, ["agent": "\(member.agent)", "outcome": "\(member.outcome.name)"])
        case .groupJoined(let group):
            return LogLine(
                .info,
                [
                    "group": "\(group.group)", "succeeded": "\(group.succeeded.count)",
                    "failed": "\(group.failed.count)",
                ])
        default: return nil
        }
    }
}

extension LogLine {
    /// What was said, for logs that are asked to hold it.
    static func content(of event: RunEvent) -> Logger.Metadata {
        switch event {
        case .queued(let queued): ["input": text(queued.input)]
        case .runStarted(let started): ["input": text(started.input)]
        case .resumed(let resumed): resumed.input.map { ["input": text($0)] } ?? [:]
        case .replied(let reply): ["text": text(reply.message.text)]
        case .roundFailed(let failed): ["message": text(failed.failure.message)]
        case .toolStarted(let started): ["arguments": text(started.call.arguments.text)]
        case .toolReturned(let returned): ["output": text(returned.result.output)]
        case .warned(let warning): ["message": text(warning.message)]
        default: [:]
        }
    }

    private static func text(_ text: String) -> Logger.MetadataValue {
        "\(text.count <= longestText ? text : text.prefix(longestText - 1) + "…")"
    }
}
