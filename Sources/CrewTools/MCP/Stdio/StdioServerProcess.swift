import CrewKit
import Subprocess
import Synchronization
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The program of a server, from its start to the end of all that it started.
///
/// It gets a session of its own, limits, a folder, and few variables. When its input ends or the
/// program stops writing, it has a while to end by itself, is asked to, and is killed; then its
/// process group is killed, so that no child of it stays. (A descendant that opens a session of its
/// own escapes.) A `ProcessGuard` does the same if this process dies.
struct StdioServerProcess: Sendable {
    var command: CommandTemplate
    var clock: any Clock<Duration> = ContinuousClock()
    /// How long it has after the end of its input, and again after it was asked to end.
    var grace: Duration = .seconds(2)
    /// Where its folder is made.
    var temporaryFolder = WorkFolder.temporaryFolder

    /// Lines for a server, and the hand that adds them.
    typealias Input = (
        stream: AsyncStream<[UInt8]>, continuation: AsyncStream<[UInt8]>.Continuation
    )

    /// How a server ended, for people.
    struct Report: Sendable {
        var status: String
        /// The last lines of its standard error.
        var lastWords: String
    }

    /// The limits are set by a shell that then becomes the program. It waits for a first line, which
    /// is written once the guard knows of it: no moment is left in which nobody would end it.
    private static let script = """
        [ -z "$1" ] || ulimit -d "$1"; [ -z "$2" ] || ulimit -t "$2"; [ -z "$3" ] || ulimit -n "$3"
        shift 3
        read -r go || exit 0
        exec "$@"
        """

    /// Runs it until it ends.
    ///
    /// - Parameters:
    ///   - input: what is written to it. Its end asks the server to end.
    ///   - ending: opened by the caller when the server is to end, and here when it ended.
    ///   - receive: takes each line that it writes.
    /// - Throws: when it cannot be started.
    func run(
        input: Input, ending: Latch,
        _ receive: @escaping @Sendable (LineSplitter.Line) -> Void
    ) async throws -> Report {
        _ = signal(SIGPIPE, SIG_IGN)  // Else writing to a server that has just died ends us too.
        guard command.workingDirectory == nil else {
            return try await run(in: nil, input, ending, receive)
        }
        return try await WorkFolder.with(in: temporaryFolder) { folder in
            try await run(in: folder, input, ending, receive)
        }
    }

    private func run(
        in folder: String?, _ input: Input, _ ending: Latch,
        _ receive: @escaping @Sendable (LineSplitter.Line) -> Void
    ) async throws -> Report {
        try await ProcessGuard.with(folder: folder) { guardian in
            let leader = Leader()
            return try await withThrowingTaskGroup(of: Report?.self) { group in
                group.addTask {
                    defer { leader.endGroup() }
                    return try await runProcess(
                        in: folder, input, leader, guardian, ending, receive)
                }
                group.addTask {
                    await ending.wait()
                    try await clock.sleep(for: grace)
                    leader.send(SIGTERM)
                    try await clock.sleep(for: grace)
                    leader.send(SIGKILL)
                    return nil
                }
                defer { group.cancelAll() }
                while let report = try await group.next() {
                    if let report { return report }
                }
                throw CancellationError()
            }
        }
    }

    private func runProcess(
        in folder: String?, _ input: Input, _ leader: Leader,
        _ guardian: ProcessGuard, _ ending: Latch,
        _ receive: @escaping @Sendable (LineSplitter.Line) -> Void
    ) async throws -> Report {
        let lastWords = Tail()
        let result = try await Subprocess.run(
            configuration(in: folder), input: .inputWriter, output: .sequence, error: .sequence
        ) { execution in
            // Opened in any case, so that nobody waits for a server that has gone.
            defer { ending.open() }
            leader.started(execution.processIdentifier.value)
            try await guardian.protect(execution.processIdentifier.value)
            await withTaskGroup(of: Void.self) { group in
                let writer = execution.standardInputWriter
                group.addTask {
                    // A server that no longer reads is found out by its silence.
                    _ = try? await writer.write([0x0A])  // see above
                    for await line in input.stream {
                        _ = try? await writer.write(line)  // see above
                    }
                    try? await writer.finish()  // see above
                }
                group.addTask {
                    for await bytes in Chunks(execution.standardError) { lastWords.add(bytes) }
                }
                group.addTask {
                    var splitter = LineSplitter(limit: StdioTransport.lineLimit)
                    for await bytes in Chunks(execution.standardOutput) {
                        bytes.withUnsafeBytes { splitter.add($0, receive) }
                    }
                    ending.open()
                }
                await ending.wait()
                input.continuation.finish()
                await group.waitForAll()
            }
        }
        return Report(status: words(for: result.terminationStatus), lastWords: lastWords.text)
    }

    private func configuration(in folder: String?) -> Configuration {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)
        ]
        var variables: [Environment.Key: String] = [:]
        for (name, value) in ProgramEnvironment.standard(adding: command.environment) {
            if let key = Environment.Key(rawValue: name) { variables[key] = value }
        }
        let limits = [
            command.limits.memoryBytes.map { max(1, $0 / 1024) }, command.limits.cpuSeconds,
            command.limits.openFiles,
        ].map { $0.map(String.init) ?? "" }
        return Configuration(
            executable: .path("/bin/sh"),
            arguments: Arguments(["-c", Self.script, "sh"] + limits + command.words),
            environment: .custom(variables),
            workingDirectory: (command.workingDirectory ?? folder).map { FilePath($0) },
            platformOptions: options)
    }

    private func words(for status: TerminationStatus) -> String {
        switch status {
        case .exited(127):
            "could not be started as '\(command.words.first ?? "")' (exit code 127)"
        case .exited(let code): "ended with exit code \(code)"
        case .signaled(let signal): "was ended by signal \(signal)"
        }
    }
}

/// The process that leads a server's group, while it is there.
private final class Leader: Sendable {
    private let process = Mutex<pid_t?>(nil)

    func started(_ process: pid_t) { self.process.withLock { $0 = process } }

    func send(_ signal: Int32) {
        if let process = process.withLock({ $0 }) { _ = kill(-process, signal) }
    }

    /// Ends what a finished server left behind. Its id is free by then, but not used again within
    /// the microseconds since.
    func endGroup() {
        send(SIGKILL)
        process.withLock { $0 = nil }
    }
}

/// The end of what a server writes to its standard error.
private final class Tail: Sendable {
    private static let length = 2048
    private let bytes = Mutex<[UInt8]>([])

    func add(_ more: [UInt8]) {
        bytes.withLock { bytes in
            bytes.append(contentsOf: more.suffix(Self.length))
            if bytes.count > Self.length { bytes.removeFirst(bytes.count - Self.length) }
        }
    }

    var text: String {
        let bytes = bytes.withLock { $0 }
        let text = String(decoding: bytes.drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
        return String(text.split(separator: "\n").suffix(5).joined(separator: "\n"))
    }
}

/// What a program writes, until it stops or is gone; both are the end of it.
private struct Chunks: AsyncSequence {
    private let output: SubprocessOutputSequence

    init(_ output: SubprocessOutputSequence) { self.output = output }

    func makeAsyncIterator() -> Iterator { Iterator(base: output.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var base: SubprocessOutputSequence.Iterator

        mutating func next() async -> [UInt8]? {
            // Reading fails when the program has gone and a child of it holds the pipe.
            guard let buffer = try? await base.next() else { return nil }  // see above
            return buffer.withUnsafeBytes { Array($0) }
        }
    }
}
