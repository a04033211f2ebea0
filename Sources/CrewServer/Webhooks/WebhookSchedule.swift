import CrewKit
import Foundation
import Synchronization

/// When a message that nobody took is sent again, and when the address is left alone.
final class WebhookSchedule: Sendable {
    /// How long a message is sent again and again.
    static let patience = Duration.seconds(86_400)
    /// Before the second attempt; doubled for each further one.
    private static let firstWait = Duration.seconds(5)
    private static let longestWait = Duration.seconds(3_600)
    /// Failures in a row after which it is the address that fails, not its messages.
    private static let mostFailures = 5
    /// An address is asked oftener than one message is repeated: nothing else finds out that it is
    /// back.
    private static let longestSilence = Duration.seconds(300)

    private struct Attempts {
        var sequence: Int
        var count: Int
        var next: Date
    }

    private struct State {
        var attempts: [RunID: Attempts] = [:]
        /// Messages in a row that were not taken, of whatever runs.
        var failures = 0
        /// Nothing is sent before.
        var silentUntil: Date?
        /// Where in the list of each crew's runs the next pass begins.
        var cursors: [String: String] = [:]
    }

    private let state = Mutex(State())

    func cursor(of crew: String) -> String? { state.withLock { $0.cursors[crew] } }

    func setCursor(_ cursor: String?, of crew: String) {
        state.withLock { $0.cursors[crew] = cursor }
    }

    /// How many messages may be sent now, at most `limit`: none while the address is left alone, and
    /// one to see whether it is back.
    func room(of limit: Int, at now: Date) -> Int {
        state.withLock { state in
            if let end = state.silentUntil, now < end { return 0 }
            return state.failures < Self.mostFailures ? limit : 1
        }
    }

    /// Those that are due, the ones that were tried least in front.
    func due(_ records: [RunRecord], at now: Date) -> [RunRecord] {
        let attempts = state.withLock { state in
            // What is that old is taken or given up by now.
            let earliest = now - Self.patience / .seconds(1)
            state.attempts = state.attempts.filter { $0.value.next > earliest }
            return state.attempts
        }
        let counted = records.compactMap { record -> (record: RunRecord, count: Int)? in
            guard let made = attempts[record.id], made.sequence == record.lastSequence else {
                return (record, 0)
            }
            return made.next <= now ? (record, made.count) : nil
        }
        return counted.enumerated()
            .sorted { ($0.element.count, $0.offset) < ($1.element.count, $1.offset) }
            .map(\.element.record)
    }

    /// The message is not sent again for a while.
    func noteFailure(_ record: RunRecord, at now: Date) {
        state.withLock { state in
            let earlier = state.attempts[record.id]
            let count = earlier?.sequence == record.lastSequence ? (earlier?.count ?? 0) : 0
            state.attempts[record.id] = Attempts(
                sequence: record.lastSequence, count: count + 1,
                next: now + Self.wait(count, atMost: Self.longestWait))
        }
    }

    /// The address did not take a message.
    func noteRefusal(at now: Date) {
        state.withLock { state in
            state.failures += 1
            let further = state.failures - Self.mostFailures
            guard further >= 0 else { return }
            state.silentUntil = now + Self.wait(further, atMost: Self.longestSilence)
        }
    }

    /// The address took the message.
    func noteTaken(_ record: RunRecord) {
        state.withLock { state in
            state.attempts[record.id] = nil
            state.failures = 0
            state.silentUntil = nil
        }
    }

    /// In seconds, as dates count.
    private static func wait(_ count: Int, atMost longest: Duration) -> Double {
        var wait = firstWait
        for _ in 0..<min(count, 20) { wait = min(wait * 2, longest) }
        return wait / .seconds(1)
    }
}
