import CrewKit

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a worker is no more, or not for this call.
enum WorkerEnding: Error, Hashable {
    /// A trap or another deadly signal; with what the program said about it.
    case crashed(signal: Int32, words: String?)
    case exited(Int32)
    case usedTooMuchMemory
    case closedItsPipes
    case wroteGarbage(String)
    case wroteTooMuch
    case outOfTime
    case cancelled
    case failedToStart(String)
    /// All workers were busy for so long.
    case noneFree(Duration)
    /// It was used enough, or not needed any more.
    case retired
    /// The pool is over.
    case dismissed
}

extension WorkerEnding {
    /// The end by a signal, and what it was for.
    ///
    /// - Parameter words: what the program said about it.
    static func end(by signal: Int32, words: String?) -> WorkerEnding {
        // So says Swift's runtime when there is no memory.
        if words?.contains("failed to allocate") == true { return .usedTooMuchMemory }
        return .crashed(signal: signal, words: words)
    }

    /// What a model is told, about a call of that tool.
    func failure(of tool: ToolName, limit: Duration, limits: ResourceLimits) -> any Error {
        switch self {
        case .crashed(SIGXCPU, _):
            crash(
                tool, "used more than \(limits.cpuSeconds ?? 0) s of processor time and was ended")
        case .crashed(let signal, let words):
            crash(tool, "crashed with \(Self.name(of: signal))" + (words.map { ": \($0)" } ?? ""))
        case .exited(let code): crash(tool, "ended its process with exit code \(code)")
        case .usedTooMuchMemory:
            crash(
                tool,
                "used more than \((limits.memoryBytes ?? 0) >> 20) MiB of memory and was ended")
        case .closedItsPipes: crash(tool, "closed all its files and was ended")
        case .wroteGarbage: crash(tool, "disturbed its process and was ended")
        case .wroteTooMuch: crash(tool, "would not stop writing and was ended")
        case .outOfTime:
            ToolFailure(.timeout, "Tool '\(tool)' took longer than \(limit) and was ended.")
        case .cancelled: CancellationError()
        case .failedToStart(let problem):
            ToolFailure(
                .unavailable, "Tool '\(tool)' could not be called: \(problem)",
                isWithoutEffect: true)
        case .noneFree(let patience):
            ToolFailure(
                .unavailable,
                "Tool '\(tool)' was not called: all workers were busy for \(patience).",
                isWithoutEffect: true)
        case .retired, .dismissed:
            ToolFailure(.unavailable, "Tool '\(tool)' was ended with this server.")
        }
    }

    /// What people are told.
    var sentence: String {
        switch self {
        case .crashed(let signal, let words):
            "a tool's worker crashed with \(Self.name(of: signal))"
                + (words.map { ": \($0)" } ?? "")
        case .exited(let code): "a tool's worker ended with exit code \(code)"
        case .usedTooMuchMemory: "a tool's worker used more memory than its tool may"
        case .closedItsPipes: "a tool's worker closed its pipes"
        case .wroteGarbage(let problem): "a tool's worker said what no worker says: \(problem)"
        case .wroteTooMuch: "a tool would not stop writing"
        case .outOfTime: "a tool did not end in time, nor when it was told to"
        case .cancelled: "a tool did not end when its call was cancelled"
        case .failedToStart(let problem): "a tool's worker could not be started: \(problem)"
        case .noneFree, .retired, .dismissed: "a tool's worker was not needed any more"
        }
    }

    private func crash(_ tool: ToolName, _ deed: String) -> ToolFailure {
        ToolFailure(
            .crashed, "Tool '\(tool)' \(deed).",
            hint: "What it had done until then may have had an effect.")
    }

    static func name(of signal: Int32) -> String {
        let name: String? =
            switch signal {
            case SIGILL: "SIGILL, a failed check of the program"
            case SIGTRAP: "SIGTRAP, a failed check of the program"
            case SIGABRT: "SIGABRT, given up by the program itself"
            case SIGSEGV: "SIGSEGV, bad access to memory or a full stack"
            case SIGBUS: "SIGBUS, bad access to memory"
            case SIGFPE: "SIGFPE, bad arithmetic"
            case SIGKILL: "SIGKILL, ended from outside"
            case SIGTERM: "SIGTERM, ended from outside"
            default: nil
            }
        return name.map { "signal \(signal) (\($0))" } ?? "signal \(signal)"
    }
}
