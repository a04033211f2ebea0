import CrewKit
import CrewProcess
import Subprocess
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One worker as its pool sees it: a process, and the call that it makes.
final class WorkerProcess: Sendable {
    /// What a pool is told. Each worker is ready at most once, and lost exactly once.
    enum Event: Sendable {
        case ready
        /// It can be given the next call.
        case free(WorkerHealth)
        /// It makes no further call. It may live on for a moment to say why it died.
        case lost(WorkerEnding)
    }

    struct State {
        /// The process while it may be signalled.
        var process: Int32?
        var lastProcess: Int32?
        var writer: StandardInputWriter?
        var isReady = false
        var isLost = false
        var calls = 0
        var exchange: WorkerExchange?
        var lastTool: ToolName?
        var health = WorkerHealth(residentBytes: 0, dataBytes: 0, isSpent: false)
        var words = WorkerWords()
        /// Why the pool has ended it, when it has.
        var reason: WorkerEnding?
    }

    /// Something that may not last.
    enum Stop: Sendable {
        case call(WorkerExchange)
        /// What it says about its crash.
        case lastWords
    }

    /// Something that a tool asks for while it works.
    enum Ask: Sendable {
        case save(WorkerExchange, request: Int, name: String, mediaType: String, bytes: [UInt8])
        case find(WorkerExchange, request: Int, name: String)
    }

    let number: Int
    let launch: WorkerLaunch
    let clock: any Clock<Duration>
    private let deadlines: CallDeadlines
    let state = Mutex(State())
    let stops = AsyncStream.makeStream(of: Stop.self)
    let asks = AsyncStream.makeStream(of: Ask.self, bufferingPolicy: .bufferingOldest(64))
    /// What is not shown in time is not worth showing.
    let progress = AsyncStream.makeStream(
        of: (WorkerExchange, ToolReports.Progress).self, bufferingPolicy: .bufferingNewest(8))
    let tell: @Sendable (WorkerProcess, Event) -> Void
    let note: @Sendable (ToolWorkerNote) -> Void

    /// How long a tool that was told to stop may go on.
    static let grace: Duration = .milliseconds(250)
    /// How long a worker may take to say that it is ready.
    static let startTime: Duration = .seconds(10)

    init(
        number: Int, launch: WorkerLaunch, clock: any Clock<Duration>, deadlines: CallDeadlines,
        tell: @escaping @Sendable (WorkerProcess, Event) -> Void,
        note: @escaping @Sendable (ToolWorkerNote) -> Void
    ) {
        self.number = number
        self.launch = launch
        self.clock = clock
        self.deadlines = deadlines
        self.tell = tell
        self.note = note
    }

    // MARK: - Calls

    /// Makes a call, in this worker that nobody else uses, and waits for its end; `nil` when the
    /// worker has died before it was told of the call.
    ///
    /// Cancelled or out of time, the tool is told to stop, and the worker is ended when it does not.
    func perform(
        _ call: WorkerCall, artifacts: RunArtifacts?, reports: ToolReports?, limit: Duration
    ) async throws(WorkerGarbage) -> WorkerExchange.End? {
        var call = call
        call.number = state.withLock { $0.calls + 1 }
        let bytes = try WorkerFrame.call(call).encoded()
        let exchange = WorkerExchange(call: call, artifacts: artifacts, reports: reports)
        guard let writer = begin(exchange) else { return nil }
        let deadline = deadlines.add(after: limit) { self.stop(exchange, because: .outOfTime) }
        defer { deadlines.remove(deadline) }
        return await pass(bytes, to: writer, exchange)
    }

    private func begin(_ exchange: WorkerExchange) -> StandardInputWriter? {
        state.withLock { state in
            guard !state.isLost, let writer = state.writer else { return nil }
            state.calls += 1
            state.exchange = exchange
            state.lastTool = exchange.call.tool
            state.words.reset()
            return writer
        }
    }

    private func pass(
        _ bytes: [UInt8], to writer: StandardInputWriter, _ exchange: WorkerExchange
    ) async -> WorkerExchange.End {
        await withTaskCancellationHandler {
            // Where it cannot be passed on there is no worker, which its reading notices.
            _ = try? await writer.write(bytes)
            return await exchange.end()
        } onCancel: {
            stop(exchange, because: .cancelled)
        }
    }

    private func stop(_ exchange: WorkerExchange, because reason: WorkerEnding) {
        if exchange.stop(because: reason) { stops.continuation.yield(.call(exchange)) }
    }

    // MARK: - Ends

    /// Ends it and all that its tools have started, at once. Its call ends when it is gone.
    func end(because reason: WorkerEnding) {
        let isFirst = state.withLock { state in
            if state.reason == nil { state.reason = reason }
            if let process = state.process { _ = Self.signal(process) }
            defer { state.isLost = true }
            return !state.isLost
        }
        if isFirst { tell(self, .lost(reason)) }
    }

    /// Ends what is left of it, for a reason that is known already.
    func kill() {
        state.withLock { state in
            if let process = state.process { _ = Self.signal(process) }
        }
    }

    private static func signal(_ process: Int32) -> Bool {
        #if canImport(Darwin)
            Darwin.kill(-process, SIGKILL) == 0
        #elseif canImport(Glibc)
            Glibc.kill(-process, SIGKILL) == 0
        #elseif canImport(Musl)
            Musl.kill(-process, SIGKILL) == 0
        #endif
    }

    /// It makes no further call, and lives on for now.
    func lose(_ ending: WorkerEnding) {
        let (isFirst, exchange) = state.withLock { state in
            defer {
                state.isLost = true
                state.exchange = nil
            }
            return (!state.isLost, state.exchange)
        }
        exchange?.finish(.lost(ending))
        if isFirst { tell(self, .lost(ending)) }
    }

    /// Whether it makes that call.
    func isMaking(_ exchange: WorkerExchange) -> Bool {
        state.withLock { $0.exchange === exchange }
    }
}
