import Dispatch
import Foundation
import Synchronization

/// Writes lines of a log to standard error, one after the other, beside everything else.
///
/// A terminal that is slow, or stopped, holds up nobody: what finds no room is dropped, and how much it
/// was is written once there is room again.
final class LogLines: Sendable {
    private struct State {
        /// Bytes that wait to be written.
        var waiting = 0
        var dropped = 0
    }

    private let capacity: Int
    private let write: @Sendable (String) -> Void
    private let queue = DispatchQueue(label: "crew.log")
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: bytes that wait at most.
    ///   - write: may take as long as it likes.
    init(
        capacity: Int = 4 << 20,
        write: @escaping @Sendable (String) -> Void = { StandardStreams.complain($0) }
    ) {
        self.capacity = capacity
        self.write = write
    }

    /// Lines that found no room and were not told of yet.
    var dropped: Int { state.withLock(\.dropped) }

    /// Takes a line, without its end; returns at once.
    func add(_ line: String) {
        let bytes = line.utf8.count
        let missed = state.withLock { state -> Int? in
            guard state.waiting + bytes <= capacity else {
                state.dropped += 1
                return nil
            }
            state.waiting += bytes
            defer { state.dropped = 0 }
            return state.dropped
        }
        guard let missed else { return }
        queue.async { [self] in
            if missed > 0 { write("\(missed) lines of the log were dropped: nobody read them") }
            write(line)
            state.withLock { $0.waiting -= bytes }
        }
    }

    /// Waits until what was taken is written, but no longer than that.
    func flush(within seconds: Double = 2) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + seconds)
    }
}
