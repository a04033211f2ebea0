import CrewKit
import Hummingbird

/// What makes runs go on, or end.
extension V1Routes {
    func cancel(_ request: Request, _ context: Routes.Context) async throws -> Response {
        var request = request
        let record = try await ownRecord(request, context)
        let members = try await members(of: &request, "depth")
        try await runner.cancel(record.id, try members.choice("depth") ?? .now)
        return try await document(record.id, .accepted)
    }

    func resume(_ request: Request, _ context: Routes.Context) async throws -> Response {
        var request = request
        let record = try await ownRecord(request, context)
        let input = try await members(of: &request, "input").text("input")
        if let input { try check(for: record).query(input, named: "input") }
        // Only who says which version is meant may not be overtaken.
        let expected = request.headers[.ifMatch].map { _ in record.lastSequence }
        do {
            try await runner.resume(
                record.id, with: input, expecting: expected, origin: context.origin)
        } catch let error as CrewError where error.code == .conflict && expected != nil {
            guard let now = try await runner.record(of: record.id),
                now.lastSequence != record.lastSequence
            else { throw error }
            throw CrewError.goneOn(now)
        }
        return try await document(record.id, .accepted)
    }

    func decide(_ request: Request, _ context: Routes.Context) async throws -> Response {
        var request = request
        let record = try await ownRecord(request, context)
        let members = try await members(of: &request, "decision", "reason", "arguments")
        guard let decision: ApprovalDecision = try members.choice("decision") else {
            throw CrewError(.invalidInput, "decision is required: 'approve' or 'refuse'")
        }
        let text = segment("approval", of: context)
        guard let approval = Int(text).map(ApprovalID.init(rawValue:)) else {
            throw CrewError(.unknownApproval, "the id of a call is the number of its request")
        }
        let reason = try members.text("reason").flatMap { $0.isEmpty ? nil : $0 }
        do {
            try await runner.decide(
                approval, of: record.id, decision, reason: reason,
                arguments: members.value("arguments"))
        } catch let error as CrewError where error.code == .unknownApproval {
            let verdict = ApprovalDecided(
                approval: approval, decision: decision, arguments: members.value("arguments"))
            try await acceptRepeated(verdict, of: record, else: error)
        }
        return try await document(record.id, .accepted)
    }

    func delete(_ request: Request, _ context: Routes.Context) async throws -> Response {
        _ = try parameters(of: request)
        let record = try await record(context)
        try checkVersion(of: record, request)
        guard runner.works(record.crew) || record.isAtRest else {
            throw CrewError(
                .foreignCrew, "run '\(record.id)' is of crew '\(record.crew)' and not at rest")
        }
        let expected = request.headers[.ifMatch].map { _ in record.lastSequence }
        try await runner.delete(record.id, expecting: expected)
        return Response(status: .noContent)
    }

    /// A request that comes twice, because its first answer was lost, is no mistake.
    ///
    /// - Throws: `alreadyDecided` when it was decided otherwise, or `unknown`.
    private func acceptRepeated(
        _ verdict: ApprovalDecided, of record: RunRecord, else unknown: CrewError
    ) async throws {
        let approval = verdict.approval
        guard (1...max(1, record.lastSequence)).contains(approval.rawValue) else { throw unknown }
        var sequence = approval.rawValue - 1
        var isKnown = false
        while true {
            let page = try await runner.store.events(of: record.id, after: sequence, limit: 500)
            guard let last = page.last else { break }
            for stored in page {
                switch stored.event {
                case .approvalRequested where stored.sequence == approval.rawValue: isKnown = true
                case .approvalDecided(let decided) where decided.approval == approval && isKnown:
                    guard
                        decided.decision != verdict.decision
                            || decided.arguments != verdict.arguments
                    else { return }
                    throw CrewError(
                        .alreadyDecided,
                        "call \(approval) was decided about: \(decided.decision.rawValue)")
                default: continue
                }
            }
            guard isKnown else { throw unknown }
            sequence = last.sequence
        }
        throw CrewError(.alreadyDecided, "call \(approval) does not wait for a decision any more")
    }
}
