import CrewKit
import Dispatch
import GRDB
import Synchronization

/// Gathers the writes of many tasks into few transactions.
///
/// Waiting for the disk costs one write as much as five hundred, so whatever waits when a commit is
/// done goes into the next one together. Nobody is answered before the commit. One thread of its
/// own writes; tasks only wait.
final class WriteQueue: Sendable {
    /// How much goes into one transaction.
    struct Limits: Sendable {
        var writes = 512
        var bytes = 8 << 20
    }

    /// How a write stands to others.
    enum Company: Sendable {
        /// Shares a transaction with whatever waits.
        case shared
        /// Has a transaction of its own.
        case alone
        /// Like `alone`, but fails rather than wait long for a lock.
        case probe
        /// Is not in a transaction, which some commands of SQLite ask for.
        case bare
    }

    typealias Work<Answer> = @Sendable (Database, inout WriterMemory) throws -> Answer

    private struct Write: Sendable {
        let company: Company
        let bytes: Int
        /// Returns what answers the caller once the work is committed.
        let work: Work<@Sendable () -> Void>
        let fail: @Sendable (any Error) -> Void
    }

    /// What the queue did so far, and what waits.
    struct Counters: Sendable {
        var writes = 0
        var commits = 0
        var waiting = 0
    }

    private struct State {
        /// The one that waits longest in front.
        var waiting: [Write] = []
        var isWriting = false
        /// Whether what is being written is a probe.
        var isProbing = false
        var isClosed = false
        var memory = WriterMemory()
        var counters = Counters()
        var idle: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "crew.store.writer")
    private let pool: DatabasePool
    private let place: FilePlace
    private let limits: Limits
    private let faults: FaultLog

    init(pool: DatabasePool, place: FilePlace, limits: Limits, faults: FaultLog) {
        self.pool = pool
        self.place = place
        self.limits = limits
        self.faults = faults
    }

    var counters: Counters {
        state.withLock { state in
            var counters = state.counters
            counters.waiting = state.waiting.count
            return counters
        }
    }

    /// Does the work in a transaction and returns when it is committed, also in a cancelled task.
    func perform<Answer: Sendable>(
        _ company: Company = .shared, bytes: Int = 0, _ work: @escaping Work<Answer>
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            add(
                Write(
                    company: company, bytes: bytes,
                    work: { database, memory in
                        let answer = try work(database, &memory)
                        return { continuation.resume(returning: answer) }
                    },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }

    /// Takes no more writes, and returns when those that wait are done.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.isWriting { state.idle.append(continuation) }
                return !state.isWriting
            }
            if isIdle { continuation.resume() }
        }
    }

    /// Notes that another program holds the file locked, and fails the probes that wait behind a
    /// write. Called on the thread that wants the file.
    ///
    /// - Returns: whether that write should wait on.
    func noteLongLock() -> Bool {
        let error = DatabaseError(resultCode: .SQLITE_BUSY)
        let failure = StoreFailure.failure(error, path: pool.path)
        faults.note(error, failure)
        let (probes, isProbing) = state.withLock { state in
            let probes = state.waiting.filter { $0.company == .probe }
            state.waiting.removeAll { $0.company == .probe }
            return (probes, state.isProbing)
        }
        for probe in probes { probe.fail(failure) }
        return !isProbing
    }

    private func add(_ write: Write) {
        let (isClosed, mustStart) = state.withLock { state in
            if state.isClosed { return (true, false) }
            state.waiting.append(write)
            let mustStart = !state.isWriting
            state.isWriting = true
            return (false, mustStart)
        }
        if isClosed { write.fail(StoreFailure.closed) }
        if mustStart { thread.async { self.writeWhatWaits() } }
    }

    private func writeWhatWaits() {
        var memory = state.withLock { state in
            let memory = state.memory
            state.memory = WriterMemory()
            return memory
        }
        while let batch = nextBatch(keeping: memory) {
            for answer in commit(batch, &memory) { answer() }
        }
    }

    /// The writes of the next transaction; `nil` ends the thread's work until something waits.
    private func nextBatch(keeping memory: WriterMemory) -> [Write]? {
        let (batch, idle) = state.withLock {
            state -> ([Write], [CheckedContinuation<Void, Never>]) in
            let count = size(of: state.waiting)
            let batch = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            state.isProbing = batch.first?.company == .probe
            guard batch.isEmpty else { return (batch, []) }
            state.memory = memory
            state.isWriting = false
            let idle = state.idle
            state.idle = []
            return ([], idle)
        }
        for waiter in idle { waiter.resume() }
        return batch.isEmpty ? nil : batch
    }

    private func size(of waiting: [Write]) -> Int {
        if let first = waiting.first, first.company != .shared { return 1 }
        var bytes = 0
        var count = 0
        for write in waiting.prefix(limits.writes) {
            bytes += write.bytes
            if write.company != .shared || (count > 0 && bytes > limits.bytes) { break }
            count += 1
        }
        return count
    }
}

extension WriteQueue {
    private typealias Answer = @Sendable () -> Void

    /// Writes a batch and returns what answers its callers.
    private func commit(_ batch: [Write], _ memory: inout WriterMemory) -> [Answer] {
        do {
            var stored = 0
            try place.check()
            let answers = try pool.writeWithoutTransaction { database in
                if batch.first?.company == .bare {
                    return try batch.map { try $0.work(database, &memory) }
                }
                var answers: [Answer] = []
                try database.inTransaction(.immediate) {
                    answers = try batch.map { try attempt($0, database, &memory, &stored) }
                    // The lock may have been waited for.
                    try place.check()
                    return .commit
                }
                return answers
            }
            if stored > 0 { faults.noteSuccess() }
            state.withLock { state in
                state.counters.writes += stored
                state.counters.commits += 1
            }
            return answers
        } catch {
            // It may know what was rolled back.
            memory = WriterMemory()
            let failure = StoreFailure.failure(error, path: pool.path)
            faults.note(error, failure)
            return batch.map { write in { write.fail(failure) } }
        }
    }

    /// One write of a transaction: what is wrong with it alone fails it alone.
    private func attempt(
        _ write: Write, _ database: Database, _ memory: inout WriterMemory, _ stored: inout Int
    ) throws -> Answer {
        do {
            var answer: Answer = {}
            try database.inSavepoint {
                answer = try write.work(database, &memory)
                return .commit
            }
            stored += 1
            return answer
        } catch let error as CrewError {
            return { write.fail(error) }
        } catch let error as DatabaseError where StoreFailure.isOfOneWrite(error) {
            // What the file refuses it may hold otherwise than is remembered.
            memory = WriterMemory()
            let failure = StoreFailure.failure(error, path: pool.path)
            return { write.fail(failure) }
        }
    }
}
