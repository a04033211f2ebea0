public import CrewKit
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Workers, and the calls that are made in them.
///
/// A worker is this same program, started again: its `main` has to call `ToolWorker.serveIfAsked`
/// with the same tools before anything else. `withToolWorkers` does both.
///
/// A tool that traps, exits, hangs or takes too much ends its worker and nothing else: its call
/// fails, and another worker takes the place.
public final class ToolWorkerPool: Sendable {
    let settings: ToolWorkerSettings
    let toolTimeout: Duration
    private let launch: WorkerLaunch
    private let clock: any Clock<Duration>
    private let deadlines: CallDeadlines
    private let note: @Sendable (ToolWorkerNote) -> Void
    private let lending: Mutex<WorkerLending>
    private let starts = AsyncStream.makeStream(of: (number: Int, delay: Duration).self)

    /// What the engine should allow on top of a tool's own time: to stop it, to end it, to be told.
    static let farewell: Duration = .seconds(2)

    package init(
        settings: ToolWorkerSettings, toolTimeout: Duration, launch: WorkerLaunch,
        clock: any Clock<Duration> = ContinuousClock(),
        note: @escaping @Sendable (ToolWorkerNote) -> Void
    ) {
        self.settings = settings
        self.toolTimeout = toolTimeout
        self.launch = launch
        self.clock = clock
        deadlines = CallDeadlines(clock)
        self.note = note
        lending = Mutex(WorkerLending(settings: settings))
    }

    /// - Parameters:
    ///   - toolTimeout: time for one call of a tool that names none of its own.
    ///   - variables: names of environment variables that tools need; of all others workers get only
    ///     the usual harmless ones, such as `PATH`, `HOME` and `LANG`.
    ///   - note: is told of crashes and of what tools print; called from any thread, it must not wait.
    public convenience init(
        settings: ToolWorkerSettings = ToolWorkerSettings(),
        toolTimeout: Duration = CrewSettings().toolTimeout, passing variables: [String] = [],
        note: @escaping @Sendable (ToolWorkerNote) -> Void = { _ in }
    ) {
        self.init(
            settings: settings, toolTimeout: toolTimeout,
            launch: WorkerLaunch(variables: variables), note: note)
    }

    /// The tools as they are called in workers; those that are to run in this process as they are.
    public func isolated(_ tools: [any Tool]) -> [any Tool] {
        tools.map { tool in
            guard tool.definition.isolation == .worker, !(tool is WorkerTool) else { return tool }
            return WorkerTool(tool.definition, pool: self)
        }
    }

    /// Keeps workers until it is cancelled; then ends them all, and the calls in them. Once.
    public func run() async {
        precondition(
            !ToolWorker.isAsked,
            "a worker must not have workers: call ToolWorker.serveIfAsked first in main")
        Self.surviveBrokenPipes()
        let folder = Result { try PoolFolder() }
        // Without a folder there is nothing to be removed.
        let path = (try? folder.get())?.path
        await ProcessGuard.ifPossible(folder: path) { guardian in
            if case .failure(let error) = guardian { self.noteUnguarded(error) }
            // As noted.
            await self.live(in: WorkerSurroundings(folder: folder, guardian: try? guardian.get()))
            (try? folder.get())?.remove()  // as above
        }
    }

    private func live(in surroundings: WorkerSurroundings) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tidy() }
            group.addTask { await self.deadlines.run() }
            perform(lending.withLock { $0.open() })
            for await start in starts.stream {
                group.addTask { await self.live(start.number, after: start.delay, surroundings) }
            }
            perform(lending.withLock { $0.close() })
            group.cancelAll()
        }
    }

    private func noteUnguarded(_ error: any Error) {
        if Task.isCancelled { return }
        note(
            ToolWorkerNote(
                kind: .failedToStart, process: nil, tool: nil,
                message: "the guard of workers could not be started: when this process is killed, "
                    + "what a tool that has just crashed had started may go on",
                details: "\(error)"))
    }

    /// How many workers there are, those that are starting included.
    package var workerCount: Int { lending.withLock { $0.workerCount } }
    package var idleCount: Int { lending.withLock { $0.idleCount } }

    // MARK: - Calls

    func call(_ tool: ToolDefinition, _ invocation: ToolInvocation) async throws -> String {
        let limit = tool.timeout ?? toolTimeout
        let call = try WorkerCall(invocation, of: tool)
        while true {
            let worker = try await worker(for: tool, limit)
            let end: WorkerExchange.End?
            do throws(WorkerGarbage) {
                end = try await worker.perform(
                    call, artifacts: invocation.artifacts, reports: invocation.reports,
                    limit: limit)
            } catch {
                perform(lending.withLock { $0.free(worker, nil) })
                throw ToolFailure(
                    .parameter, "The arguments have \(error.problem).", isWithoutEffect: true)
            }
            switch end {
            case .returned(let output): return output
            case .failed(let failure): throw failure
            case .lost(let ending):
                throw ending.failure(of: tool.name, limit: limit, limits: tool.limits)
            // It died while it had nothing to do: another one is asked.
            case nil: continue
            }
        }
    }

    private func worker(
        for tool: ToolDefinition, _ limit: Duration
    ) async throws -> WorkerProcess {
        if let worker = lending.withLock({ $0.takeIdle() }) { return worker }
        let waiter = WorkerLending.Waiter()
        perform(lending.withLock { $0.wait(waiter) })
        let answer = await withTaskGroup(of: Result<WorkerProcess, WorkerEnding>?.self) { group in
            group.addTask {
                await withTaskCancellationHandler {
                    await waiter.value()
                } onCancel: {
                    self.giveUp(waiter, .cancelled)
                }
            }
            group.addTask { [clock, settings] in
                // A cancelled wait means that there is an answer.
                guard (try? await clock.sleep(for: settings.patience)) != nil else { return nil }
                self.giveUp(waiter, .noneFree(settings.patience))
                return nil
            }
            while let answer = await group.next() {
                guard let answer else { continue }
                group.cancelAll()
                return answer
            }
            return .failure(.dismissed)
        }
        switch answer {
        case .success(let worker): return worker
        case .failure(let ending):
            throw ending.failure(of: tool.name, limit: limit, limits: tool.limits)
        }
    }

    private func giveUp(_ waiter: WorkerLending.Waiter, _ reason: WorkerEnding) {
        lending.withLock { $0.giveUp(waiter) }
        _ = waiter.give(.failure(reason))  // one that has a worker keeps it
    }

    // MARK: - Workers

    private func live(
        _ number: Int, after delay: Duration, _ surroundings: WorkerSurroundings
    ) async {
        // Cancelled, the start fails at once, and the pool is over.
        if delay > .zero { try? await clock.sleep(for: delay) }
        let worker = WorkerProcess(
            number: number, launch: launch, clock: clock, deadlines: deadlines,
            tell: { self.take($1, of: $0) },
            note: note)
        do {
            let folder = try surroundings.folder.get()
            let place = try folder.folder(of: number)
            await worker.live(in: place, surroundings.guardian)
            folder.removeFolder(of: number)
        } catch {
            worker.lose(.failedToStart("its working folder cannot be made: \(error)"))
        }
        lending.withLock { $0.gone(number) }
    }

    private func take(_ event: WorkerProcess.Event, of worker: WorkerProcess) {
        perform(
            lending.withLock { lending in
                switch event {
                case .ready: lending.ready(worker)
                case .free(let health): lending.free(worker, health)
                case .lost(let ending): lending.lost(worker, ending)
                }
            })
    }

    private func perform(_ actions: [WorkerLending.Action]) {
        for action in actions {
            switch action {
            case .start(let number, let delay): starts.continuation.yield((number, delay))
            case .refuse(let waiter, let ending): _ = waiter.give(.failure(ending))
            case .end(let worker, let reason): worker.end(because: reason)
            case .lend(let worker, let waiter):
                // One that has given up meanwhile does not need it.
                if !waiter.give(.success(worker)) {
                    perform(lending.withLock { $0.free(worker, nil) })
                }
            }
        }
    }

    private func tidy() async {
        // Until it is cancelled.
        while (try? await clock.sleep(for: settings.idleTime)) != nil {
            perform(lending.withLock { $0.tidy() })
        }
    }

    /// Writing to a worker that has just died would end this process otherwise.
    private static func surviveBrokenPipes() { signal(SIGPIPE, SIG_IGN) }
}

/// What the workers of a pool have in common while it lives.
private struct WorkerSurroundings: Sendable {
    let folder: Result<PoolFolder, any Error>
    /// Absent where none could be started.
    let guardian: ProcessGuard?
}

extension WorkerCall {
    fileprivate init(_ invocation: ToolInvocation, of tool: ToolDefinition) throws {
        self.init(
            number: 0, tool: tool.name, call: invocation.call, arguments: invocation.arguments,
            idempotencyKey: invocation.idempotencyKey, run: invocation.run,
            agent: invocation.agent,
            conversation: tool.readsConversation
                ? try JSONValue(parsing: RunJSON.text(of: invocation.conversation)) : Optional.none,
            limits: tool.limits, hasArtifacts: invocation.artifacts != nil,
            hasReports: invocation.reports != nil)
    }
}
