import CrewKit
import Foundation
import Synchronization

/// When a message that nobody took is sent again.
final class WebhookSchedule: Sendable {
    /// Seconds before the second attempt; doubled for each further one.
    private static let firstWait = 5.0
    private static let longestWait = 3_600.0

    private struct Attempts {
        var sequence: Int
        var count: Int
        var next: Date
    }

    private let attempts = Mutex<[RunID: Attempts]>([:])

    func isDue(_ record: RunRecord, at now: Date) -> Bool {
        attempts.withLock { attempts in
            guard let made = attempts[record.id], made.sequence == record.lastSequence else {
                return true
            }
            return made.next <= now
        }
    }

    func noteFailure(_ record: RunRecord, at now: Date) {
        attempts.withLock { attempts in
            let earlier = attempts[record.id]
            let count = earlier?.sequence == record.lastSequence ? (earlier?.count ?? 0) : 0
            var wait = Self.firstWait
            for _ in 0..<min(count, 20) { wait = min(wait * 2, Self.longestWait) }
            attempts[record.id] = Attempts(
                sequence: record.lastSequence, count: count + 1, next: now + wait)
        }
    }

    /// Forgets runs whose messages are taken or given up.
    func keep(only runs: Set<RunID>) {
        attempts.withLock { attempts in attempts = attempts.filter { runs.contains($0.key) } }
    }
}
