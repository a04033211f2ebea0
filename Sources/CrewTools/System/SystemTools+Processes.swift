import CrewKit

extension SystemTools {
    var runningProcesses: any Tool {
        SystemTool(
            "GetRunningProcesses", "Lists the busiest processes of this machine.",
            parameters: [.count("how many to list, 1 to 50", default: 5)], ownLimit: Self.listLimit
        ) { arguments in
            let count = min(50, max(1, arguments["count"]?.integer ?? 5))
            return ProcessLine.table(try await processes(), count: count)
        }
    }

    var serviceStatus: any Tool {
        SystemTool(
            "CheckServiceStatus", "Tells whether a service of this machine runs.",
            parameters: [
                .text("service", "name of the service", pattern: "^[A-Za-z0-9_@][A-Za-z0-9_@.:-]*$")
            ],
            // It asks twice.
            ownLimit: Self.keeperLimit * 2, isolation: .inProcess
        ) { arguments in
            let service = arguments["service"]?.string ?? ""
            if let reading = try await askServiceKeeper(of: service) {
                return reading.text(for: service)
            }
            return try await lookForProcess(of: service)
        }
    }

    /// Allows everything that the listed programs can do, and nothing else.
    func executeCommand(allowed: [String], approval: ToolApproval?) -> any Tool {
        let list = allowed.isEmpty ? "none" : allowed.joined(separator: ", ")
        return SystemTool(
            "ExecuteCommand",
            "Runs one program with arguments on this machine, without a shell. Allowed: \(list).",
            parameters: [.text("command", "the program and its arguments, as on a command line")],
            effect: .write, approval: approval, ownLimit: Self.commandLimit, isolation: .inProcess
        ) { arguments in
            guard !allowed.isEmpty else {
                throw CrewError(
                    .toolNotAllowed,
                    "ExecuteCommand may run nothing: list programs in the crew's YAML under "
                        + "tools.ExecuteCommand.allow")
            }
            let words = try CommandLineWords.split(arguments["command"]?.string ?? "")
            guard let program = words.first, allowed.contains(program) else {
                throw CrewError(
                    .toolNotAllowed,
                    "ExecuteCommand may not run this program; allowed are: \(list) "
                        + "(tools.ExecuteCommand.allow)")
            }
            let report = try await run(words, timeLimit: Self.commandLimit)
            if let failure = report.failure(of: program, timeLimit: Self.commandLimit) {
                throw failure
            }
            return report.output.isEmpty ? report.error : report.output
        }
    }

    private static let commandLimit: Duration = .seconds(60)
    private static let keeperLimit: Duration = .seconds(5)
    private static let psLimit: Duration = .seconds(10)

    /// Only macOS asks a program for the processes.
    private static var listLimit: Duration? {
        #if os(macOS)
            psLimit
        #else
            nil
        #endif
    }

    private func processes() async throws -> [ProcessLine] {
        #if os(macOS)
            let list = try await run(
                ["ps", "-Aceo", "pid=,pcpu=,rss=,comm="], timeLimit: Self.psLimit)
            return list.output.split(separator: "\n").compactMap { ProcessLine(ps: $0) }
        #else
            let before = try await ProcessTable.read()
            let first = ProcessorReading(stat: try await SystemFile.read("/proc/stat"))
            try await clock.sleep(for: .milliseconds(200))
            let after = try await ProcessTable.read()
            let second = ProcessorReading(stat: try await SystemFile.read("/proc/stat"))
            guard let first, let second else {
                throw SystemFile.unreadable("the processor statistics")
            }
            return ProcessLine.lines(
                before: before, after: after,
                ticks: second.total > first.total ? second.total - first.total : 0,
                processors: second.count, pageSize: ProcessTable.pageSize)
        #endif
    }

    /// What systemd says, where it runs and knows the service.
    private func askServiceKeeper(of service: String) async throws -> ServiceReading? {
        do {
            let active = try await run(
                ["systemctl", "is-active", service], timeLimit: Self.keeperLimit)
            let enabled = try await run(
                ["systemctl", "is-enabled", service], timeLimit: Self.keeperLimit)
            return ServiceReading(isActive: active.output, isEnabled: enabled.output)
        } catch let failure as ToolFailure where failure.kind == .notFound {
            return nil
        }
    }

    private func lookForProcess(of service: String) async throws -> String {
        let name = service.hasSuffix(".service") ? String(service.dropLast(8)) : service
        #if os(macOS)
            let found = try await processes().filter { $0.name == name }.map(\.id)
        #else
            // The kernel keeps 15 bytes of a name.
            let kept = String(decoding: name.utf8.prefix(15), as: UTF8.self)
            let found = try await ProcessTable.read().filter { $0.name == kept }.map(\.id)
        #endif
        guard !found.isEmpty else {
            return "Service \(service): NOT running. No service of this name is known here, "
                + "and no process is named '\(name)'"
        }
        let ids = found.sorted().prefix(10).map(String.init).joined(separator: ", ")
        return "Service \(service): not known as a service here, but \(found.count) process(es) "
            + "named '\(name)' run (id \(ids))"
    }
}
