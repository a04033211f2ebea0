import CrewKit
import CrewTesting
import Testing

@Suite("Agents as tools after a crash")
struct SubrunRecoveryTests {
    private func runner(_ store: any RunStore) throws -> CrewRunner {
        let ask = DeclaredTool(name: "ask", description: "Asks.", work: .agent("b"))
        let tool = try AgentTool(ask, timeout: .seconds(60))
        let crew = try CrewDefinition(
            name: "c",
            agents: [AgentDefinition(id: "a", tools: ["ask"]), AgentDefinition(id: "b")]
        ).validated(tools: ["ask"])
        var options = RunnerOptions()
        options.leavesRunsUnfinished = true
        options.clock = ShortWaitClock()
        let model = BySituation()
        return try CrewRunner(
            crew: crew, models: ModelSet(model, for: crew), tools: Toolbox([tool]), store: store,
            options: options)
    }

    /// Answers by what it is sent, so that any process can go on.
    private struct BySituation: LanguageModel {
        let name = "by situation"

        func reply(
            to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
        ) async throws -> ModelReply {
            let hasResult = request.messages.contains { if case .tool = $0 { true } else { false } }
            if request.agent == "b" { return ModelReply(text: "from b") }
            if hasResult { return ModelReply(text: "done") }
            return ModelReply(
                toolCalls: [ToolCall(id: "c", name: "ask", arguments: ["input": "?"])],
                finish: .toolCalls)
        }
    }

    @Test("A run whose asking run was ended meanwhile is ended too, and asks for nothing more")
    func orphan() async throws {
        let store = InMemoryRunStore()
        let first = try runner(MortalStore(store, appends: 7).store)
        let run = try await withRunning(first) {
            let run = try await first.start(RunRequest("hi"))
            do { for try await _ in try await first.events(of: run) {} } catch {}
            return run
        }
        let second = try runner(store)
        try await withRunning(second) {
            try await second.cancel(run)
            #expect(try await second.result(of: run).outcome == .cancelled)
            try await second.recover()
            for record in try await store.runs(matching: RunQuery()).runs where record.id != run {
                for try await _ in try await second.events(of: record.id) {}
                guard case .ended = try await store.record(of: record.id)?.status else {
                    Issue.record("it is still under way")
                    return
                }
            }
        }
    }

    @Test(
        "Wherever the process dies, the next one goes on with the run that was asked, and shows each of its events once",
        arguments: 1...16)
    func recovered(appends: Int) async throws {
        let store = InMemoryRunStore()
        let first = try runner(MortalStore(store, appends: appends).store)
        let run = try await withRunning(first) {
            let run = try await first.start(RunRequest("hi"))
            // The store fails after so many appends, which ends the stream with an error.
            do { for try await _ in try await first.events(of: run) {} } catch {}
            return run
        }
        let second = try runner(store)
        try await withRunning(second) {
            try await second.recover()
            #expect(try await second.driveToEnd(run) == .completed)
        }
        let runs = try await store.runs(matching: RunQuery()).runs
        let child = try #require(runs.first { $0.parent == run })
        #expect(runs.count == 2, "one run was asked, however often the call was made")
        let own = try await store.events(of: child.id, after: 0, limit: 100)
        let shown = try await store.events(of: run, after: 0, limit: 100).compactMap {
            stored -> StoredEvent? in
            if case .subrunProgressed(let progressed) = stored.event { return progressed.event }
            return nil
        }
        #expect(shown == own)
    }
}
