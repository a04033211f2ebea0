import CrewKit
import Synchronization

/// The progress of one call, in order.
final class ProgressLog: Sendable {
    private let state = Mutex<[ModelProgress]>([])

    var all: [ModelProgress] { state.withLock { $0 } }

    func take(_ progress: ModelProgress) { state.withLock { $0.append(progress) } }
}
