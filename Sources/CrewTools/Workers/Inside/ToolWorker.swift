public import CrewKit

/// This process as a worker: one that makes calls of tools for another process, and may die of them.
public enum ToolWorker {
    /// The first argument of a process that is to be a worker.
    package static let argument = "__crew-tool-worker"

    /// Whether this process was started to be a worker.
    public static var isAsked: Bool { CommandLine.arguments.dropFirst().first == argument }

    /// Serves calls of these tools, and never returns, when this process was started as a worker.
    /// Otherwise it does nothing.
    ///
    /// It has to be the first thing that `main` does, and has to be given the tools that the pool is
    /// given. A worker ends, with all that was started by its tools, when its pool does.
    @concurrent
    public static func serveIfAsked(_ tools: [any Tool]) async {
        guard isAsked else { return }
        await WorkerServing(tools).serve()
    }
}
