import Dispatch
import Foundation
import Synchronization

/// Turns Ctrl-C into what is to be done about it; without that, or a second time, into the end of the
/// process.
final class Interrupts: Sendable {
    private struct State {
        var action: (@Sendable () -> Void)?
        var wasInterrupted = false
    }

    private let state = Mutex(State())

    /// Listens to the signals for as long as `body` takes. Once in a process: the sources of a
    /// signal cannot be made anew at will.
    static func listening<Result: Sendable>(
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
        defer { for source in sources { source.cancel() } }
        return try await body(interrupts)
    }

    /// Lets an interrupt do this for as long as `body` takes.
    func answering<Result>(
        with action: (@Sendable () -> Void)?, _ body: () async throws -> Result
    ) async throws -> Result {
        state.withLock { $0 = State(action: action) }
        defer { state.withLock { $0 = State() } }
        return try await body()
    }

    private func interrupt() {
        let action = state.withLock { state in
            defer { state.wasInterrupted = true }
            return state.wasInterrupted ? nil : state.action
        }
        guard let action else {
            StandardStreams.show("\n")
            exit(ExitCodes.cancelled)
        }
        action()
    }
}
