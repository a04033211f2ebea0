import CrewKit
import Dispatch
import Foundation
import Synchronization

/// Turns Ctrl-C into the end of a run, and a second one into the end of the process.
final class Interrupts: Sendable {
    private struct State {
        var count = 0
        var watched: (run: RunID, runner: CrewRunner)?
    }

    private let state = Mutex(State())

    /// Listens to the signals for as long as `body` takes.
    static func cancelling<Result: Sendable>(
        _ body: (Interrupts) async throws -> Result
    ) async throws -> Result {
        let interrupts = Interrupts()
        let queue = DispatchQueue(label: "crew.interrupts")
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { interrupts.interrupt() }
            source.resume()
            return source
        }
        defer {
            for source in sources { source.cancel() }
            for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
        }
        return try await body(interrupts)
    }

    /// The run that an interrupt cancels; one that came before this cancels it now.
    func watch(_ run: RunID, of runner: CrewRunner) {
        let isLate = state.withLock { state in
            state.watched = (run, runner)
            return state.count > 0
        }
        if isLate { runner.cancel(run) }
    }

    private func interrupt() {
        let (count, watched) = state.withLock { state in
            state.count += 1
            return (state.count, state.watched)
        }
        guard count == 1 else { exit(ExitCodes.cancelled) }
        if let watched { watched.runner.cancel(watched.run) }
    }
}
