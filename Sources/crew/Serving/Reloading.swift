import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Reads crews again when somebody asks for it with SIGHUP or, where it watches, when their files have
/// changed; one time after the other.
struct Reloading: Service {
    let folders: ServedFolders
    let watches: Bool
    let signals: UnixSignalsSequence
    let logger: Logger

    /// How often the files are looked at. What changes goes on changing for a moment: crews are read
    /// when nothing has changed between two looks.
    private static let interval: Duration = .milliseconds(500)

    func run() async throws {
        let requests = ReloadRequests()
        try? await cancelWhenGracefulShutdown {  // the only error is that the server ends
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in signals { requests.add(nil) }
                }
                group.addTask {
                    // Tries again what was refused: that asks for nothing else.
                    for await _ in folders.retirements { requests.add([]) }
                }
                if watches {
                    group.addTask { try await watch(requests) }
                }
                for await _ in requests.arrivals {
                    let (isAsked, wanted) = requests.take()
                    guard isAsked else { continue }
                    try await folders.reload(wanted)
                }
                group.cancelAll()
            }
        }
    }

    private func watch(_ requests: ReloadRequests) async throws {
        var last: [String: FileMarks] = [:]
        while true {
            try await ContinuousClock().sleep(for: Self.interval)
            let changed = await folders.changed()
            if !changed.isEmpty, changed == last { requests.add(Set(changed.keys)) }
            last = changed
        }
    }
}

/// Which crews are to be read again; what comes while others are read is taken together.
final class ReloadRequests: Sendable {
    private struct State {
        var isAsked = false
        /// Absent means all.
        var wanted: Set<String>? = []
    }

    let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    init() { (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// - Parameter folders: of the crews; absent means all.
    func add(_ folders: Set<String>?) {
        state.withLock { state in
            state.isAsked = true
            guard let folders, let wanted = state.wanted else {
                state.wanted = nil
                return
            }
            state.wanted = wanted.union(folders)
        }
        arrival.yield()
    }

    func take() -> (isAsked: Bool, wanted: Set<String>?) {
        state.withLock { state in
            defer { state = State() }
            return (state.isAsked, state.wanted)
        }
    }
}
