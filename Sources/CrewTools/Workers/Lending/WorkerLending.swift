import CrewKit

/// Who has which worker, and what is to be done about it. Pure: it says, and the pool does.
struct WorkerLending {
    /// A call that waits for a worker.
    typealias Waiter = OneAnswer<Result<WorkerProcess, WorkerEnding>>

    /// What the pool has to do.
    enum Action {
        case start(number: Int, after: Duration)
        case lend(WorkerProcess, to: Waiter)
        case refuse(Waiter, WorkerEnding)
        case end(WorkerProcess, because: WorkerEnding)
    }

    private struct Idle {
        let worker: WorkerProcess
        /// Looks of `tidy` since its last call.
        var looks = 0
    }

    let settings: ToolWorkerSettings
    private var isOpen = true
    private var lastNumber = 0
    private var starting: Set<Int> = []
    /// The one that was used last is at the end, and is used next.
    private var idle: [Idle] = []
    private var busy: Set<Int> = []
    /// Lost, and not gone yet.
    private var dying: Set<Int> = []
    private var calls: [Int: Int] = [:]
    private var waiters: [Waiter] = []
    /// Starts in a row that failed.
    private var failures = 0

    /// Workers that may take their time to say where they crashed, at the same time.
    private static let patientDeaths = 4

    init(settings: ToolWorkerSettings) {
        self.settings = settings
    }

    var workerCount: Int { starting.count + idle.count + busy.count }
    var idleCount: Int { idle.count }

    /// A worker that is there for the asking.
    mutating func takeIdle() -> WorkerProcess? {
        guard let worker = idle.popLast()?.worker else { return nil }
        busy.insert(worker.number)
        return worker
    }

    mutating func wait(_ waiter: Waiter) -> [Action] {
        guard isOpen else { return [.refuse(waiter, .dismissed)] }
        if let worker = takeIdle() { return [.lend(worker, to: waiter)] }
        waiters.append(waiter)
        return startWanted()
    }

    mutating func giveUp(_ waiter: Waiter) { waiters.removeAll { $0 === waiter } }

    mutating func ready(_ worker: WorkerProcess) -> [Action] {
        guard starting.remove(worker.number) != nil else {
            return [.end(worker, because: .dismissed)]
        }
        failures = 0
        return rest(worker)
    }

    /// A call is over and its worker has told how it is.
    mutating func free(_ worker: WorkerProcess, _ health: WorkerHealth?) -> [Action] {
        guard busy.remove(worker.number) != nil else { return [] }
        if let health {
            calls[worker.number, default: 0] += 1
            let isUsedUp =
                health.isSpent || health.residentBytes > settings.residentBytes
                || calls[worker.number, default: 0] >= max(1, settings.callsPerWorker)
            if isUsedUp { return [.end(worker, because: .retired)] }
        }
        return rest(worker)
    }

    /// It makes no further call.
    mutating func lost(_ worker: WorkerProcess, _ ending: WorkerEnding) -> [Action] {
        let neverReady = starting.remove(worker.number) != nil
        busy.remove(worker.number)
        idle.removeAll { $0.worker === worker }
        dying.insert(worker.number)
        calls[worker.number] = nil
        var actions: [Action] = []
        if dying.count > Self.patientDeaths { actions.append(.end(worker, because: ending)) }
        if neverReady { actions += failedToStart(ending) }
        return actions + startWanted()
    }

    /// Nothing of it is left.
    mutating func gone(_ number: Int) { dying.remove(number) }

    /// Ends workers above the least that have had nothing to do since the look before the last.
    mutating func tidy() -> [Action] {
        var excess = workerCount - settings.least
        var actions: [Action] = []
        for place in idle.indices {
            idle[place].looks += 1
            if excess > 0, idle[place].looks > 1 {
                excess -= 1
                actions.append(.end(idle[place].worker, because: .retired))
            }
        }
        return actions
    }

    mutating func open() -> [Action] { startWanted() }

    mutating func close() -> [Action] {
        isOpen = false
        defer { (waiters, starting) = ([], []) }
        return waiters.map { .refuse($0, .dismissed) }
    }

    private mutating func rest(_ worker: WorkerProcess) -> [Action] {
        guard isOpen else { return [.end(worker, because: .dismissed)] }
        guard !waiters.isEmpty else {
            idle.append(Idle(worker: worker))
            return []
        }
        busy.insert(worker.number)
        return [.lend(worker, to: waiters.removeFirst())] + startWanted()
    }

    /// Nobody waits for what does not come, unless other workers are there.
    private mutating func failedToStart(_ ending: WorkerEnding) -> [Action] {
        failures += 1
        guard idle.isEmpty, busy.isEmpty else { return [] }
        defer { waiters = [] }
        return waiters.map { .refuse($0, ending) }
    }

    private mutating func startWanted() -> [Action] {
        guard isOpen else { return [] }
        var actions: [Action] = []
        let most = max(1, settings.most)
        while workerCount < most, workerCount < settings.least || starting.count < waiters.count {
            // After a failure one at a time is tried, less and less often.
            guard failures == 0 || starting.isEmpty else { break }
            lastNumber += 1
            starting.insert(lastNumber)
            actions.append(.start(number: lastNumber, after: delay))
        }
        return actions
    }

    private var delay: Duration {
        failures == 0 ? .zero : min(.milliseconds(100) * (1 << min(failures - 1, 10)), .seconds(10))
    }
}
