import Dispatch

/// Threads for tools of this process, so that one that blocks does not block the engine.
public final class ToolExecutor: TaskExecutor {
    private let queue: DispatchQueue

    public init(label: String = "crew.tools") {
        queue = DispatchQueue(label: label, attributes: .concurrent)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
