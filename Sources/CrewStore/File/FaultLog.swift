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
        /// Runs whose record cannot be read, and why.
        var unreadable: [RunID: String] = [:]
        var lastProbe: Date?
    }

    private let state = Mutex(State())

    var sentence: String? {
        state.withLock { state in
            if let sentence = state.damage ?? state.failure { return sentence }
            guard let first = state.unreadable.values.min() else { return nil }
            let more = state.unreadable.count - 1
            return more == 0 ? first : "\(first) (and \(more) more)"
        }
    }

    func note(_ error: any Error, _ failure: CrewError) {
        state.withLock { state in
            state.failure = failure.message
            if StoreFailure.isDamage(error) { state.damage = failure.message }
        }
    }

    func note(unreadable run: RunID, _ failure: CrewError) {
        state.withLock { $0.unreadable[run] = failure.message }
    }

    func noteReadable(_ run: RunID) {
        state.withLock { state in
            if !state.unreadable.isEmpty { state.unreadable[run] = nil }
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
