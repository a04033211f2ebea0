import CrewKit
import CrewTesting
import Foundation
import Synchronization

/// A crew in whose run all happens that a crash could spoil: tools of all three effects, a call that
/// waits for permission, a group whose member asks too, a handoff, a pause for an answer.
///
/// Its model answers by what it is sent, so that any process can go on with a run.
struct DurableScene {
    let effects = EffectLedger()
    let prompts = PromptCheck()
    /// What is laid down of an uninterrupted run.
    static let finalText = "all is done [DONE]"

    func crew(_ change: (inout CrewSettings) -> Void = { _ in }) throws -> ValidatedCrew {
        var routing = RoutingDefinition(signals: [
            "a": [SignalRoute("[B]", to: "b")],
            "b": [SignalRoute("[ALL]", to: "all")],
            "e": [SignalRoute("[DONE]", to: "")],
        ])
        routing.groups = ["all": ParallelGroup(agents: ["c", "d"], nextAgent: "e")]
        routing.behaviors = ["e": AgentBehavior(waitForSignal: true)]
        var definition = CrewDefinition(
            name: "durable",
            agents: [
                AgentDefinition(id: "a", tools: ["look", "note", "pay"]), AgentDefinition(id: "b"),
                AgentDefinition(id: "c", tools: ["ship"]),
                AgentDefinition(id: "d", tools: ["note"]),
                AgentDefinition(id: "e"),
            ], routing: routing)
        change(&definition.settings)
        return try definition.validated(tools: tools.names)
    }

    var tools: Toolbox {
        Toolbox([
            tool("look", .read), tool("note", .write), tool("pay", .irreversible),
            tool("ship", .write, approval: .always),
        ])
    }

    private func tool(
        _ name: ToolName, _ effect: ToolEffect, approval: ToolApproval = .never
    ) -> CountedTool {
        CountedTool(
            definition: ToolDefinition(
                name: name, description: "A tool for tests.", effect: effect, approval: approval),
            effects: effects)
    }

    /// A process that works the runs of that store.
    func runner(
        _ store: any RunStore, options change: (inout RunnerOptions) -> Void = { _ in },
        settings: (inout CrewSettings) -> Void = { _ in }
    ) throws -> CrewRunner {
        var options = RunnerOptions()
        options.now = { Date(timeIntervalSince1970: 1_000) }
        options.makeRunID = { "run" }
        change(&options)
        let crew = try crew(settings)
        return try CrewRunner(
            crew: crew, models: ModelSet(DurableModel(prompts: prompts), for: crew), tools: tools,
            store: store, options: options)
    }
}

/// What tools did to the world, by idempotency key, over all processes.
final class EffectLedger: Sendable {
    private let counts = Mutex<[String: (tool: ToolName, count: Int)]>([:])

    func note(_ tool: ToolName, _ key: String) {
        counts.withLock { $0[key] = (tool, ($0[key]?.count ?? 0) + 1) }
    }

    /// Calls that were made more than once, by tool.
    var repeated: [ToolName: Int] {
        counts.withLock { counts in
            counts.values.filter { $0.count > 1 }.reduce(into: [:]) { $0[$1.tool] = $1.count }
        }
    }

    /// How often each tool did something.
    var totals: [ToolName: Int] {
        counts.withLock { counts in
            counts.values.reduce(into: [:]) { $0[$1.tool, default: 0] += $1.count }
        }
    }
}

struct CountedTool: Tool {
    let definition: ToolDefinition
    let effects: EffectLedger

    func call(_ call: ToolInvocation) async throws -> String {
        effects.note(definition.name, call.idempotencyKey)
        return "\(definition.name) is done"
    }
}

/// Remembers prompts that an endpoint would refuse: calls without exactly one result each.
final class PromptCheck: Sendable {
    private let found = Mutex<[String]>([])

    var problems: [String] { found.withLock { $0 } }

    func check(_ request: ModelRequest) {
        var open: [ToolCallID] = []
        for message in request.messages {
            switch message {
            case .assistant(_, let calls, _):
                if !open.isEmpty { note("calls \(open) have no result", request) }
                open = calls.map(\.id)
            case .tool(let call, _, _):
                if !open.contains(call) { note("result of \(call) has no call", request) }
                open.removeAll { $0 == call }
            default:
                if !open.isEmpty { note("calls \(open) have no result", request) }
                open = []
            }
        }
        if !open.isEmpty { note("calls \(open) have no result", request) }
    }

    private func note(_ problem: String, _ request: ModelRequest) {
        found.withLock { $0.append("\(request.agent): \(problem)") }
    }
}

/// Answers by what it is sent.
struct DurableModel: LanguageModel {
    let name = "durable"
    let prompts: PromptCheck

    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply {
        prompts.check(request)
        var reply = answer(to: request)
        for word in reply.text.split(separator: " ") { progress(.text("\(word) ")) }
        reply.usage = Usage(inputTokens: 1, outputTokens: 1)
        return reply
    }

    private func answer(to request: ModelRequest) -> ModelReply {
        let hasResults = request.messages.contains { if case .tool = $0 { true } else { false } }
        switch (request.agent, hasResults) {
        case ("a", false): return calls("look", "note", "pay")
        case ("c", false): return calls("ship")
        case ("d", false): return calls("note")
        case ("a", true): return ModelReply(text: "over to you [B]")
        case ("b", _): return ModelReply(text: "all of you [ALL]")
        case ("c", true): return ModelReply(text: "c has shipped")
        case ("d", true): return ModelReply(text: "d has noted")
        default:
            let wasAnswered = request.messages.contains { $0.text == "yes" }
            return ModelReply(text: wasAnswered ? DurableScene.finalText : "shall I end?")
        }
    }

    private func calls(_ names: ToolName...) -> ModelReply {
        ModelReply(
            toolCalls: names.enumerated().map { ToolCall(id: ToolCallID("c\($0)"), name: $1) },
            finish: .toolCalls)
    }
}

/// A store that a process can use for so many appends; then the process is dead.
final class MortalStore: Sendable {
    private let left: Mutex<Int>
    private let base: any RunStore

    init(_ base: any RunStore, appends: Int) {
        self.base = base
        left = Mutex(appends)
    }

    var store: InterceptedRunStore {
        InterceptedRunStore(base) { [self] _, _ in
            let isAlive = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if !isAlive { throw CrewError(.storeFailed, "the process is dead") }
        }
    }
}

extension CrewRunner {
    /// Follows a run to its rest, deciding about every call that waits and answering every pause.
    func driveToEnd(
        _ run: RunID, decision: ApprovalDecision = .approve
    ) async throws -> RunOutcome {
        while true {
            for try await _ in try await events(of: run) {}
            guard let record = try await record(of: run) else { throw CrewError.unknownRun(run) }
            switch (record.status, record.pause?.kind) {
            case (.ended(let outcome), _): return outcome
            case (.paused, .approval):
                for approval in record.approvals {
                    try await decide(approval.id, of: run, decision)
                }
            case (.paused, .input): try await resume(run, with: "yes")
            case (.paused, _): try await resume(run)
            default: throw CrewError(.conflict, "the run is not worked")
            }
        }
    }
}
