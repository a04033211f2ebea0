import CrewKit
import Subprocess
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One program to be run: arguments as they are, bounded in time, output and what it may take.
///
/// It gets a session of its own and nothing to read. Whatever it started and left in its process
/// group is ended with it, also when it ended well, and also when this process is killed. (A
/// descendant that opens a session of its own escapes, unless there is a sandbox.)
struct Program: Sendable {
    /// The program, by name or by path, and its arguments.
    var command: [String]
    /// All variables that it gets.
    var environment: [String: String] = ProgramEnvironment.standard()
    /// Where it works; the folder of this process when absent.
    var workingDirectory: String?
    var limits = ResourceLimits()
    var sandbox = CommandTemplate.Sandbox.none
    var timeLimit: Duration
    /// Bytes kept of each of its two outputs.
    var outputLimit = 65_536
    /// How long it may go on between the request to end and the end.
    var grace: Duration = .milliseconds(500)
    var clock: any Clock<Duration> = ContinuousClock()

    /// What a tool's caller should allow on top of the time limits: ending programs, being told.
    static let farewell: Duration = .seconds(2)

    /// Runs it to its end, whichever that is.
    ///
    /// - Throws: a `ToolFailure` when it cannot be started, `CancellationError` when the task was
    ///   cancelled. In both cases nothing of it runs any more.
    func run() async throws -> ProgramReport {
        let output = OutputBuffer(limit: outputLimit)
        let error = OutputBuffer(limit: outputLimit)
        let configuration = try configuration()
        let ending = try await withThrowingTaskGroup(of: ProgramReport.Ending.self) { group in
            group.addTask { try await runToEnd(configuration, output: output, error: error) }
            group.addTask {
                try await clock.sleep(for: timeLimit)
                return .outOfTime
            }
            let first = try await group.next()
            group.cancelAll()
            // The program must be gone before anybody hears of it.
            while await group.nextResult() != nil {}
            return first ?? .outOfTime
        }
        try Task.checkCancellation()
        return ProgramReport(ending: ending, output: output, error: error)
    }

    private func runToEnd(
        _ configuration: Configuration, output: OutputBuffer, error: OutputBuffer
    ) async throws -> ProgramReport.Ending {
        var leader: pid_t?
        defer { if let leader { Self.endGroup(of: leader) } }
        do {
            let result = try await Subprocess.run(
                configuration, input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                leader = execution.processIdentifier.value
                // The first flood ends the reading of both.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await output.fill(from: execution.standardOutput) }
                    group.addTask { try await error.fill(from: execution.standardError) }
                    for try await _ in group {}
                }
                // Behind this closure the pipe is closed that keeps the program alive, and a
                // cancelled reading ends at once; the program has its grace.
                if Task.isCancelled { await execution.teardown(using: [patience]) }
            }
            return switch result.terminationStatus {
            case .exited(let code): Self.ending(code)
            case .signaled(let signal): .signalled(signal)
            }
        } catch is OutputBuffer.Flood {
            return .wroteTooMuch
        } catch let failure as SubprocessError {
            if Task.isCancelled { throw CancellationError() }
            throw explained(failure)
        }
    }

    /// A shell says 128 and the signal of a program that was ended by one.
    private static func ending(_ code: Int32) -> ProgramReport.Ending {
        code > 128 && ProgramSignal(rawValue: code - 128) != nil
            ? .signalled(code - 128) : .exited(code)
    }

    private func configuration() throws(ToolFailure) -> Configuration {
        let path = environment["PATH"] ?? ProgramEnvironment.usualPath
        var words = command
        let file = try ProgramSearch.file(of: command[0], path: path, folder: workingDirectory)
        // A program that is called by its name writes messages that begin with its name.
        if command[0].contains("/") || command[0].hasPrefix("-") { words[0] = file }
        if sandbox == .bubblewrap {
            words = try Bubblewrap.command(
                around: words, folder: workingDirectory ?? "/", path: path)
        }
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)
        ]
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        return Configuration(
            executable: .path(FilePath(ProgramSupervisor.shell)),
            arguments: Arguments(ProgramSupervisor.arguments(for: words, limits: limits)),
            environment: .custom(variables),
            workingDirectory: workingDirectory.map { FilePath($0) }, platformOptions: options)
    }

    /// Waits for the end that `teardownSequence` brings, and wakes what was stopped, so that it
    /// hears of it.
    private var patience: TeardownStep {
        .send(
            signal: .resume, toProcessGroup: true, allowedDurationToNextStep: grace + grace)
    }

    /// Ends what a finished program left behind.
    ///
    /// Its id is free again by now. For another group to get this very id in between, all ids
    /// would have to be used up in the microseconds since.
    private static func endGroup(of leader: pid_t) {
        _ = kill(-leader, SIGKILL)
    }

    private func explained(_ failure: SubprocessError) -> ToolFailure {
        if failure.code == .failedToChangeWorkingDirectory {
            return ToolFailure(
                .notFound, "the working folder '\(workingDirectory ?? "")' cannot be entered",
                action: .askAPerson, isWithoutEffect: true)
        }
        let isTooLong = failure.underlyingError?.rawValue == E2BIG
        return ToolFailure(
            isTooLong ? .parameter : .system,
            "the program '\(command[0])' could not be run"
                + (isTooLong ? ": its arguments are too long" : ""),
            isWithoutEffect: failure.code == .spawnFailed)
    }
}
