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
            for try await item in followed.items {
                renderer.show(item)
                if let (run, approval) = item.subrunApproval {
                    try await decide(approval, of: run)
                } else if let run = item.askingSubrun, place.interruption(of: run) != nil {
                    try await end(run)
                }
            }
        }
    }

    /// Asks about a call of a run that works for this one, which goes on with the answer.
    private func decide(_ approval: ApprovalID, of run: RunID) async throws {
        let record = try await place.record(of: run)
        guard let open = record.approvals.first(where: { $0.id == approval }),
            let verdict = try await verdict(about: open, of: record)
        else { return }
        do {
            _ = try await place.perform(.decide(record, approval, verdict))
        } catch let error as CrewError {
            StandardStreams.complain(error.message)
        }
    }

    /// Nobody else can decide while this process works the run: without somebody to ask, it is refused.
    private func verdict(
        about open: RunRecord.Approval, of record: RunRecord
    ) async throws -> Verdict? {
        if asks { return try await answer(about: open, of: record) }
        guard place.interruption(of: record.id) != nil else { return nil }
        StandardStreams.complain(
            "\(open.request.call.name) asks for permission, and nobody is here to give it: refused")
        return .refuse(reason: "nobody was there to allow it")
    }

    /// A run that works for a call and waits for an answer would wait in vain.
    private func end(_ run: RunID) async throws {
        StandardStreams.complain("run \(run) asks a question that nobody can answer here: ended")
        let record = try await place.record(of: run)
        _ = try await place.perform(.cancel(record, .now))
    }

    /// Asks about every call that waits; `nil` when nobody answers.
    private func decide(_ record: RunRecord) async throws -> FollowedRun? {
        for approval in record.approvals {
            guard let verdict = try await answer(about: approval, of: record) else { return nil }
            do {
                // The record of each moment: the one before may have set the run going.
                let now = try await place.record(of: record.id)
                _ = try await place.perform(.decide(now, approval.id, verdict))
            } catch let error as CrewError where error.code == .unknownApproval {
                StandardStreams.complain("that call was decided meanwhile")
            } catch let error as CrewError
                where verdict.arguments != nil && error.code == .invalidInput
            {
                StandardStreams.complain(error.message)
                return try await decide(try await place.record(of: record.id))
            }
        }
        return try await place.follow(record.id, after: record.lastSequence)
    }

    private func answer(
        about approval: RunRecord.Approval, of record: RunRecord
    ) async throws -> Verdict? {
        let isAlone = record.approvals.count == 1
        let question =
            isAlone
            ? "allow? [y/n, a reason to refuse, or {…} to allow it with other arguments] "
            : "allow \(approval.id), \(TerminalStyle.harmless(approval.request.call.name.rawValue))? "
                + "[y/n, a reason to refuse, or {…}] "
        while let line = try await StandardStreams.ask(question, isFresh: true) {
            switch line.trimmingCharacters(in: .whitespacesAndNewlines) {
            case "": continue
            case "y", "Y", "yes": return .approve()
            case "n", "N", "no": return .refuse()
            case let text where text.hasPrefix("{"):
                do throws(JSONError) {
                    return .approve(arguments: try JSONValue(parsing: text))
                } catch {
                    StandardStreams.complain("the arguments are \(error)")
                }
            case let reason: return .refuse(reason: reason)
            }
        }
        StandardStreams.show("\n")
        return nil
    }
}

extension FeedItem {
    /// A run that works for the one that is followed and waits for an answer.
    fileprivate var askingSubrun: RunID? {
        guard case .event(let stored) = self, case .subrunProgressed(let shown) = stored.event,
            case .paused(let paused) = shown.event.event, paused.kind == .input
        else { return nil }
        return shown.run
    }

    /// A call that waits in a run that works for the one that is followed.
    fileprivate var subrunApproval: (RunID, ApprovalID)? {
        guard case .event(let stored) = self, case .subrunProgressed(let shown) = stored.event,
            case .approvalRequested = shown.event.event
        else { return nil }
        return (shown.run, ApprovalID(rawValue: shown.event.sequence))
    }
}
