/// Runs that begin as copies of others.
extension CrewRunner {
    /// Begins a new run that shares another one's events up to `step` and goes its own way from
    /// there.
    ///
    /// What happens after that step happens anew, tools with effects included. The new run belongs
    /// to no session.
    ///
    /// - Parameters:
    ///   - step: the sequence of the last event that both share; the newest one when absent.
    ///   - input: said at that point; needed when the run is over there.
    ///   - model: replaces the model of every agent.
    ///   - origin: the request that asks.
    /// - Throws: `unknownRun`, `invalidInput`, and what `start` throws.
    public func fork(
        _ run: RunID, from step: Int? = nil, input: String? = nil, model: String? = nil,
        origin: RunOrigin? = nil
    ) async throws -> RunEvents {
        if let other = try await otherRunner(of: run) {
            return try await other.fork(
                run, from: step, input: input, model: model, origin: origin)
        }
        let original = try await knownRecord(of: run)
        let last = step ?? original.lastSequence
        let shared = try await sharedEvents(of: original, through: last)
        var forked = RunForked(run: run, sequence: last, input: input, model: model)
        forked.origin = origin
        let id = options.makeRunID()
        let ticket = try place(for: original.tenant, nil, isNew: true)
        let claim = try live.claim(id, session: nil)
        do {
            if let input { try check(input, claim.crew) }
            try checkModel(model, claim.version)
            let opening = try opening(forked, after: shared, in: claim.crew)
            let record = RunRecord(
                id: id, crew: name, session: nil, parent: run, createdAt: opening.time)
            try await store.create(record, events: shared + opening.stored)
            try await copyArtifacts(of: run, to: id)
            return handOver(claim, opening, ticket: ticket)
        } catch {
            live.release(claim)
            throw error
        }
    }

    private func opening(
        _ fork: RunForked, after shared: [StoredEvent], in crew: ValidatedCrew
    ) throws(CrewError) -> Opening {
        let state = RunState(crew: crew, replaying: shared)
        try checkFork(of: state, at: fork.sequence, input: fork.input)
        var opening = Opening(state, after: fork.sequence, at: options.now())
        opening.add(.forked(fork))
        opening.look(at: fork.input)
        _ = try opening.settleDefinition(wokenBy: .person)
        return opening
    }

    /// What the copied conversation refers to can be read in the copy too.
    private func copyArtifacts(of original: RunID, to fork: RunID) async throws {
        for artifact in try await store.artifacts(of: original) {
            guard let bytes = try await store.bytes(ofArtifact: artifact.name, of: original)
            else { continue }
            try await store.save(artifact, bytes: bytes, of: fork)
        }
    }

    private func sharedEvents(
        of original: RunRecord, through last: Int
    ) async throws -> [StoredEvent] {
        guard (1...max(1, original.lastSequence)).contains(last) else {
            throw CrewError(
                .invalidInput,
                "run '\(original.id)' has the steps 1 to \(original.lastSequence), not \(last)")
        }
        var events: [StoredEvent] = []
        while events.count < last {
            let page = try await store.events(
                of: original.id, after: events.count, limit: min(1_000, last - events.count))
            guard !page.isEmpty else { throw CrewError.unknownRun(original.id) }
            events += page
        }
        return events
    }

    private func checkFork(of state: RunState, at step: Int, input: String?) throws(CrewError) {
        if case .new = state.phase {
            throw CrewError(.invalidInput, "the run has not started at step \(step)")
        }
        guard input == nil else {
            guard state.takesInput else {
                throw CrewError(
                    .invalidInput,
                    "nothing can be said at step \(step), within a tool call or a group: choose "
                        + "another step or leave out the input")
            }
            return
        }
        switch state.phase {
        case .ended(.completed), .ended(.terminated):
            throw CrewError(
                .invalidInput,
                "the run is over at step \(step): give an input or choose an earlier step")
        default: return
        }
    }
}
