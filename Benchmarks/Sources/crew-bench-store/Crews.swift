import CrewKit
import Foundation

/// The crews that are measured, and the logs that stand for theirs.
enum Crews {
    /// One agent that calls a tool in every round.
    static func talker(rounds: Int, store: any RunStore) throws -> CrewRunner {
        var settings = CrewSettings()
        settings.maxRounds = rounds
        settings.timeout = .seconds(3_600)
        return try runner(settings, store, approval: .never)
    }

    /// One agent whose first call waits for permission.
    static func asker(store: any RunStore) throws -> CrewRunner {
        try runner(CrewSettings(), store, approval: .always)
    }

    private static func runner(
        _ settings: CrewSettings, _ store: any RunStore, approval: ToolApproval
    ) throws -> CrewRunner {
        var definition = CrewDefinition(
            name: "bench", agents: [AgentDefinition(id: "a", tools: ["t"])])
        definition.settings = settings
        let crew = try definition.validated(tools: ["t"])
        return try CrewRunner(
            crew: crew, models: ModelSet(CallingModel(), for: crew),
            tools: Toolbox([Nothing(approval: approval)]), store: store)
    }

    private struct CallingModel: LanguageModel {
        let name = "bench"

        func reply(
            to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
        ) async throws -> ModelReply {
            ModelReply(
                text: "I look once more.", toolCalls: [ToolCall(id: "", name: "t")],
                finish: .toolCalls, usage: Usage(inputTokens: 10, outputTokens: 5))
        }
    }

    private struct Nothing: Tool {
        let definition: ToolDefinition

        init(approval: ToolApproval) {
            definition = ToolDefinition(
                name: "t", description: "Does nothing.", effect: .read, approval: approval)
        }

        func call(_ call: ToolInvocation) async throws -> String { "nothing happened" }
    }
}

enum Log {
    static func begin(_ run: RunID, in store: any RunStore) async throws {
        let start = RunEvent.runStarted(
            RunStarted(crew: "bench", input: "go", agent: "a", history: []))
        try await store.create(
            RunRecord(id: run, crew: "bench", session: nil, createdAt: Date()),
            events: [StoredEvent(sequence: 1, time: Date(), event: start)])
    }

    static func round(_ number: Int, after sequence: Int) -> [StoredEvent] {
        let message = AgentMessage(agent: "a", text: String(repeating: "some words ", count: 20))
        return [
            StoredEvent(
                sequence: sequence + 1, time: Date(),
                event: .roundStarted(RoundStarted(agent: "a", round: number, model: "m"))),
            StoredEvent(
                sequence: sequence + 2, time: Date(),
                event: .replied(
                    Replied(
                        agent: "a", round: number, message: message, finish: .stop,
                        usage: Usage(inputTokens: 10, outputTokens: 5), model: "m"))),
        ]
    }
}

/// What this process uses.
enum Spent {
    static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1_000_000
    }

    /// Linux only; 0 elsewhere.
    static var residentBytes: Int {
        let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(getpagesize())
    }
}
