import ArgumentParser
import CrewKit
import CrewServer
import CrewStore
import Foundation

/// Shows what happened in a run.
struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Shows what happened in a run: agents, model calls, tools, times, tokens and cost.",
        discussion: """
            The number before a line is its step; 'crew runs fork --from-step' takes it.
            """)

    @OptionGroup var kept: KeptRuns

    @Argument(help: "The run's id, or its first characters.")
    var run: String

    @Flag(help: "Print one JSON document: that of GET /v1/runs/ID, with 'rounds'.")
    var json = false

    func run() async throws {
        try await CommandStore.withReader(kept.store, of: kept.folder) { store in
            let record = try await RunLookup.record(run, in: store)
            var events: [StoredEvent] = []
            while events.count < record.lastSequence {
                let page = try await store.events(of: record.id, after: events.count, limit: 1_000)
                guard !page.isEmpty else { break }
                events += page
            }
            let page = RunPage(
                record: record, path: RunPath(events, names: KeptRuns.names(in: kept.folder)),
                now: Date(), isOwned: store.isOwned,
                nextCommands: NextCommands(folder: kept.folder, store: kept.store).lines(
                    for: record))
            StandardStreams.show(json ? page.json.text + "\n" : page.text)
        }
    }
}

/// A run with its path, for people and for programs.
private struct RunPage {
    let record: RunRecord
    let path: RunPath
    let now: Date
    let isOwned: Bool
    let nextCommands: [String]

    var text: String {
        let width = String(record.lastSequence).count
        // The events of a fork's beginning are its parent's, and older than the fork.
        let start = path.steps.first?.time ?? record.createdAt
        let lines = path.steps.map { step in
            let number = String(step.sequence)
            let offset = Amounts.duration(step.time.timeIntervalSince(start))
            return String(repeating: " ", count: max(0, width - number.count) + 1) + number
                + String(repeating: " ", count: max(0, 8 - offset.count)) + " +\(offset)  "
                + (step.branch == nil ? "" : "  ") + step.text
        }
        return (head + [""] + lines + tail).joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        var lines = ["run \(record.id) of \(record.crew): \(standing)"]
        if let session = record.session { lines.append("session \(session)") }
        if let parent = record.parent { lines.append("forked from \(parent)") }
        lines.append(
            "began \(record.createdAt.formatted(.iso8601)), last event "
                + "\(Amounts.age(now.timeIntervalSince(record.updatedAt))) ago")
        var spent = ["\(record.modelCalls) model call\(record.modelCalls == 1 ? "" : "s")"]
        if let tokens = Amounts.tokens(record.usage) { spent.append("\(tokens) tokens") }
        if let cost = record.cost { spent.append(Amounts.money(cost)) }
        return lines + [spent.joined(separator: ", ")]
    }

    private var standing: String {
        if record.status == .running, !isOwned { return "interrupted, its process ended" }
        return OutcomeText.word(for: record.status)
    }

    private var tail: [String] {
        var lines = record.approvals.map { approval in
            let expiry = approval.expiresAt.map {
                let decision = approval.request.defaultDecision == .approve ? "allowed" : "refused"
                return ", \(decision) by default in \(Amounts.age($0.timeIntervalSince(now)))"
            }
            return "\(approval.id) waits for permission: \(approval.request.call.name) "
                + TerminalStyle.harmless(RunPath.short(approval.request.call.arguments.text))
                + ", asked \(Amounts.age(now.timeIntervalSince(approval.requestedAt))) ago"
                + (expiry ?? "")
        }
        if let expiry = record.pause?.expiresAt, record.pause?.kind.takesAnswer == true {
            lines.append(
                "the pause ends by itself in \(Amounts.age(expiry.timeIntervalSince(now)))")
        }
        lines += nextCommands.map { "  \($0)" }
        return lines.isEmpty ? [] : [""] + lines
    }

    var json: JSONValue {
        guard var members = RunDocument(record: record).json.object else { return .null }
        members["rounds"] = .array(path.rounds.map(Self.json))
        return .object(members)
    }

    private static func json(_ round: RunPath.Round) -> JSONValue {
        var members: JSONObject = ["step": .integer(round.sequence)]
        members["branch"] = round.branch.map { .string($0.rawValue) }
        members["agent"] = .string(round.reply.agent.rawValue)
        members["round"] = .integer(round.reply.round)
        members["model"] = .string(round.reply.model)
        members["started_at"] = .string(RunJSON.text(of: round.startedAt))
        members["seconds"] = seconds(round.seconds)
        members["usage"] = round.reply.usage.map(RunDocument.json)
        members["cost"] = round.reply.cost.map { .number($0) }
        members["text"] = .string(round.reply.message.text)
        members["tools"] = .array(
            round.tools.map { tool in
                [
                    "step": .integer(tool.sequence), "call_id": .string(tool.result.call.rawValue),
                    "tool": .string(tool.result.name.rawValue),
                    "status": .string(tool.result.status.rawValue),
                    "seconds": seconds(tool.seconds),
                ]
            })
        return .object(members)
    }

    private static func seconds(_ seconds: TimeInterval) -> JSONValue {
        .number((seconds * 1_000_000).rounded() / 1_000_000)
    }
}
