import CrewKit
import Foundation

/// Shows a run until it is at rest, and asks about calls that wait where somebody can answer.
struct Follower: Sendable {
    let place: any RunWorker
    let renderer: any Renderer
    let interrupts: Interrupts
    /// Whether somebody sits at the terminal who can allow calls.
    let asks: Bool

    func follow(_ followed: FollowedRun) async throws -> RunRecord {
        var followed = followed
        while true {
            try await show(followed)
            let record = try await place.record(of: followed.run)
            guard asks, record.pause?.kind == .approval, let next = try await decide(record) else {
                renderer.end(record)
                return record
            }
            followed = next
        }
    }

    private func show(_ followed: FollowedRun) async throws {
        try await interrupts.answering(with: place.interruption(of: followed.run)) {
            for try await item in followed.items { renderer.show(item) }
        }
    }

    /// Asks about every call that waits; `nil` when nobody answers.
    private func decide(_ record: RunRecord) async throws -> FollowedRun? {
        for approval in record.approvals {
            guard let (decision, reason) = try await answer(about: approval, of: record)
            else { return nil }
            do {
                // The record of each moment: the one before may have set the run going.
                let now = try await place.record(of: record.id)
                _ = try await place.perform(.decide(now, approval.id, decision, reason: reason))
            } catch let error as CrewError where error.code == .unknownApproval {
                StandardStreams.complain("that call was decided meanwhile")
            }
        }
        return try await place.follow(record.id, after: record.lastSequence)
    }

    private func answer(
        about approval: RunRecord.Approval, of record: RunRecord
    ) async throws -> (ApprovalDecision, reason: String?)? {
        let isAlone = record.approvals.count == 1
        let question =
            isAlone
            ? "allow? [y/n, or a reason to refuse] "
            : "allow \(approval.id), \(TerminalStyle.harmless(approval.request.call.name.rawValue))? "
                + "[y/n, or a reason to refuse] "
        while let line = try await StandardStreams.ask(question, isFresh: true) {
            switch line.trimmingCharacters(in: .whitespacesAndNewlines) {
            case "": continue
            case "y", "Y", "yes": return (.approve, nil)
            case "n", "N", "no": return (.refuse, nil)
            case let reason: return (.refuse, reason)
            }
        }
        StandardStreams.show("\n")
        return nil
    }
}
