import CrewKit
import Foundation
import GRDB
import Synchronization

/// Remembers what went wrong last, until writing works again.
final class FaultLog: Sendable {
    private struct State {
        var failure: String?
        /// A damaged file stays so, whatever its whole pages still take.
        var damage: String?
        var lastProbe: Date?
    }

    private let state = Mutex(State())

    var sentence: String? { state.withLock { $0.damage ?? $0.failure } }

    func note(_ error: any Error, _ failure: CrewError) {
        state.withLock { state in
            state.failure = failure.message
            if StoreFailure.isDamage(error) { state.damage = failure.message }
        }
    }

    func noteSuccess() {
        state.withLock { $0.failure = nil }
    }

    /// Whether to probe now: asking often must not cost a write each time.
    func mayProbe(at now: Date) -> Bool {
        state.withLock { state in
            if let last = state.lastProbe, (0..<1).contains(now.timeIntervalSince(last)) {
                return false
            }
            state.lastProbe = now
            return true
        }
    }
}
