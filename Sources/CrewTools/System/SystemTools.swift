public import CrewKit

/// The built-in tools that look at the machine the crew runs on.
///
/// They read the system or run single programs with argument vectors; nothing goes through a shell.
public struct SystemTools: Sendable {
    let clock: any Clock<Duration>

    /// All of them.
    ///
    /// - Parameters:
    ///   - allowedCommands: the programs that `ExecuteCommand` may run, by name or full path. A
    ///     program that runs others (`env`, `find`, `xargs`, an interpreter) allows everything.
    ///   - commandApproval: whether a person has to allow each call of `ExecuteCommand`.
    ///   - clock: measures waits and time limits.
    public static func all(
        allowedCommands: [String] = [], commandApproval: ToolApproval? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) -> [any Tool] {
        let tools = SystemTools(clock: clock)
        return [
            tools.cpuUsage, tools.memoryUsage, tools.diskSpace, tools.systemInfo,
            tools.runningProcesses, tools.pingHost, tools.serviceStatus, tools.resolveDNS,
            tools.memoryStatus, tools.diskStatus, tools.networkStatus,
            tools.executeCommand(allowed: allowedCommands, approval: commandApproval),
            tools.diagnostics,
        ]
    }

    /// Runs a program of the system, whose words must not be in the user's language.
    func run(_ command: [String], timeLimit: Duration) async throws -> ProgramReport {
        try await Program(
            command: command, environment: ProgramEnvironment.standard(adding: ["LC_ALL": "C"]),
            timeLimit: timeLimit, clock: clock
        ).run()
    }
}
