import CrewConfig
import CrewKit
import CrewTools
import Foundation

/// The crews that work as tools, by their folders: each is built once, however many ask it.
typealias BuiltCrews = [String: CrewRunner]

extension CrewSetup {
    /// Builds the crew's runner with all that its agents use, and keeps it open while `body` runs.
    ///
    /// - Parameters:
    ///   - recovery: what becomes of runs that another process left unfinished.
    ///   - callsModels: false for what calls tools only; no model is looked for then.
    ///   - log: takes what never becomes an event: crashes of tools, servers that were lost.
    func withIdleRunner<Result: Sendable>(
        _ store: CommandStore, recovery: RecoveryPolicy = .resume, callsModels: Bool = true,
        log: @escaping @Sendable (String) -> Void = { StandardStreams.complain($0) },
        _ body: @Sendable @escaping (CrewRunner, ModelChoices) async throws -> Result
    ) async throws -> Result {
        let redaction = Redaction(loaded.secrets)
        let plan = RunnerPlan(
            store: store, recovery: recovery, callsModels: callsModels, redaction: redaction)
        let log: @Sendable (String) -> Void = { log(redaction.redacted($0)) }
        return try await ToolProcesses.withStarted(for: loaded.definition, log: log) { processes in
            try await withParts(plan, processes, built: [:]) { models, choices, tools, built in
                let runner = try runner(plan, models, tools, subcrews: Array(built.values))
                return try await body(runner, choices)
            }
        }
    }

    /// The same, and works the crew's runs meanwhile.
    func withRunner<Result: Sendable>(
        _ store: CommandStore,
        _ body: @Sendable @escaping (CrewRunner, ModelChoices) async throws -> Result
    ) async throws -> Result {
        try await withIdleRunner(store) { runner, choices in
            try await runner.workingRuns { try await body(runner, choices) }
        }
    }

    /// A runner that calls neither models nor tools, for commands that only look or end.
    func bareRunner(_ models: ModelSet, store: CommandStore) throws(CrewError) -> CrewRunner {
        try runner(RunnerPlan(store: store), models, Toolbox(), subcrews: [])
    }

    private func runner(
        _ plan: RunnerPlan, _ models: ModelSet, _ tools: Toolbox, subcrews: [CrewRunner]
    ) throws(CrewError) -> CrewRunner {
        var options = RunnerOptions()
        options.recovery = plan.recovery
        options.leavesRunsUnfinished = plan.store.outlivesProcess
        return try CrewRunner(
            crew: try loaded.validated(tools: builtInToolNames, prices: prices), models: models,
            tools: tools,
            store: plan.store.runs, options: options, subcrews: subcrews)
    }
}

/// What the runners of a crew and of those that it asks have in common.
private struct RunnerPlan: Sendable {
    let store: CommandStore
    var recovery = RecoveryPolicy.resume
    var callsModels = true
    /// Gets the secrets of all crews that are asked.
    var redaction = Redaction()
}

extension CrewSetup {
    private typealias Parts<Result> =
        @Sendable (ModelSet, ModelChoices, Toolbox, BuiltCrews) async throws -> Result

    /// Opens the crew's models, the crews that it asks, and its tools, each within the other.
    private func withParts<Result: Sendable>(
        _ plan: RunnerPlan, _ processes: ToolProcesses, built: BuiltCrews,
        _ body: @escaping Parts<Result>
    ) async throws -> Result {
        try await withModels(plan) { models, choices in
            try await withSubcrews(askedFolders[...], plan, processes, built: built) { built in
                try await withToolbox(processes, subcrews: built) { tools in
                    try await body(models, choices, tools, built)
                }
            }
        }
    }

    private func withModels<Result: Sendable>(
        _ plan: RunnerPlan, _ body: (ModelSet, ModelChoices) async throws -> Result
    ) async throws -> Result {
        guard plan.callsModels else {
            return try await body(
                AbsentModel.set(for: loaded.definition), ModelChoices(agents: [], isScripted: false)
            )
        }
        return try await withModels(body)
    }

    /// The folders of the crews that work as tools of this one.
    var askedFolders: [String] {
        loaded.definition.tools.compactMap {
            if case .crew(let folder) = $0.work { return folder }
            return nil
        }
    }

    private func withSubcrews<Result: Sendable>(
        _ folders: ArraySlice<String>, _ plan: RunnerPlan, _ processes: ToolProcesses,
        built: BuiltCrews, _ body: @Sendable @escaping (BuiltCrews) async throws -> Result
    ) async throws -> Result {
        guard let folder = folders.first else { return try await body(built) }
        let rest = folders.dropFirst()
        let key = Self.key(of: folder)
        guard built[key] == nil else {
            return try await withSubcrews(rest, plan, processes, built: built, body)
        }
        let setup = try subcrew(in: folder)
        plan.redaction.add(setup.loaded.secrets)
        return try await setup.withParts(plan, processes, built: built) { models, _, tools, built in
            var built = built
            built[key] = try setup.runner(plan, models, tools, subcrews: [])
            return try await withSubcrews(rest, plan, processes, built: built, body)
        }
    }

    /// The same for all spellings of a folder.
    static func key(of folder: String) -> String {
        URL(fileURLWithPath: folder).resolvingSymlinksInPath().standardizedFileURL.path
    }
}
