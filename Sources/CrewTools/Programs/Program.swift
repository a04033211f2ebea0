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

/// One program to be run: arguments as they are, no shell, bounded in time and output.
///
/// It gets a session of its own and nothing to read. Whatever it started and left in its process
/// group is ended with it, also when it ended well. (A descendant that opens a session of its own
/// escapes; nothing short of a container holds that.)
struct Program: Sendable {
    /// The program, by name or by path, and its arguments.
    var command: [String]
    /// All variables that it gets.
    var environment: [String: String] = ProgramEnvironment.standard()
    var workingDirectory: String?
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
    /// - Throws: `tool_failed` when it cannot be started, `CancellationError` when the task was
    ///   cancelled. In both cases nothing of it runs any more.
    func run() async throws -> ProgramReport {
        let output = OutputBuffer(limit: outputLimit)
        let error = OutputBuffer(limit: outputLimit)
        let ending = try await withThrowingTaskGroup(of: ProgramReport.Ending.self) { group in
            group.addTask { try await self.runToEnd(output: output, error: error) }
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
        output: OutputBuffer, error: OutputBuffer
    ) async throws -> ProgramReport.Ending {
        var leader: pid_t?
        defer { if let leader { Self.endGroup(of: leader) } }
        do {
            let result = try await Subprocess.run(
                configuration, input: .none, output: .sequence, error: .sequence
            ) { execution in
                leader = execution.processIdentifier.value
                // The first flood ends the reading of both.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await output.fill(from: execution.standardOutput) }
                    group.addTask { try await error.fill(from: execution.standardError) }
                    for try await _ in group {}
                }
            }
            switch result.terminationStatus {
            case .exited(let code): return .exited(code)
            case .signaled(let signal): return .signalled(signal)
            }
        } catch is OutputBuffer.Flood {
            return .wroteTooMuch
        } catch let failure as SubprocessError {
            if Task.isCancelled { throw CancellationError() }
            throw explained(failure)
        }
    }

    private var configuration: Configuration {
        let name = command.first ?? ""
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
            executable: name.contains("/") ? .path(FilePath(name)) : .name(name),
            arguments: Arguments(Array(command.dropFirst())), environment: .custom(variables),
            workingDirectory: workingDirectory.map { FilePath($0) }, platformOptions: options)
    }

    /// Ends what a finished program left behind.
    ///
    /// Its id is free again by now. For another group to get this very id in between, all ids
    /// would have to be used up in the microseconds since.
    private static func endGroup(of leader: pid_t) {
        _ = kill(-leader, SIGKILL)
    }

    /// Whether a run failed because the program is not installed.
    static func isMissing(_ error: CrewError) -> Bool {
        (error.cause as? SubprocessError)?.code == .executableNotFound
    }

    private func explained(_ failure: SubprocessError) -> CrewError {
        let name = command.first ?? ""
        let sentence =
            switch failure.code {
            case .executableNotFound: "the program '\(name)' is not installed here"
            case .failedToChangeWorkingDirectory:
                "the working folder '\(workingDirectory ?? "")' cannot be entered"
            default: "the program '\(name)' could not be run"
            }
        return CrewError(.toolFailed, sentence, cause: failure)
    }
}
