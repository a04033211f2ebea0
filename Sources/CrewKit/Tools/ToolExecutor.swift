import Dispatch

/// Threads for tools of this process, so that one that blocks does not block the engine.
///
/// Each job gets a serial queue of its own. The jobs of a concurrent queue share their few threads
/// with the engine's tasks (on Linux: twice the processors at most), so that a handful of blocking
/// tools would stop the engine for good. Serial queues draw on a separate and larger pool. The
/// price is a few microseconds for each job.
public final class ToolExecutor: TaskExecutor {
    private let label: String

    public init(label: String = "crew.tools") {
        self.label = label
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        DispatchQueue(label: label).async {
            job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
