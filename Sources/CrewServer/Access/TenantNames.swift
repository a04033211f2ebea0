import CrewKit

/// What clients call things by is kept apart between tenants.
///
/// Neither a session's id nor the name of a tenant holds a slash, and no header a space, so that
/// nobody can write what is stored of somebody else.
extension Caller {
    /// The session that is meant by an id that the client wrote, as it is stored.
    func session(_ written: SessionID) -> SessionID {
        tenant.map { SessionID("\($0)/\(written)") } ?? written
    }

    /// Programs that embed the server may have given a session to a tenant under another name.
    ///
    /// - Throws: `foreignSession` where the session is somebody else's all the same.
    func checkMayUse(_ session: SessionID?, in store: any RunStore) async throws {
        // Who sees all need not ask.
        guard let session, tenants != .all, let newest = try await store.newestRun(in: session),
            !sees(newest)
        else { return }
        throw CrewError(
            .foreignSession, "this session is somebody else's: begin another one")
    }

    /// The key that is meant by an `Idempotency-Key`, as it is stored.
    func idempotencyKey(_ written: String) -> String {
        tenant.map { "\($0) \(written)" } ?? written
    }
}

extension SessionID {
    /// The id as a client of the tenant wrote it.
    func written(by tenant: String?) -> SessionID {
        guard let tenant, rawValue.hasPrefix(tenant + "/") else { return self }
        return SessionID(String(rawValue.dropFirst(tenant.count + 1)))
    }
}

extension RunFacts {
    /// The session as its clients write it.
    var writtenSession: SessionID? { session?.written(by: tenant) }
}

extension CrewError {
    /// The error with the names of sessions as a client of the tenant wrote them.
    func written(by tenant: String?) -> CrewError {
        guard let tenant else { return self }
        return CrewError(
            code, message.replacing("session '\(tenant)/", with: "session '"), cause: cause,
            retryAfter: retryAfter)
    }
}

extension RunRecord {
    /// The session's id as its client wrote it.
    var writtenSession: SessionID? { session?.written(by: tenant) }
}

extension StoredEvent {
    /// The event as clients see it: with the session's id as they wrote it.
    var shown: StoredEvent {
        var shown = self
        switch event {
        case .runStarted(var started) where started.tenant != nil:
            started.session = started.session?.written(by: started.tenant)
            shown.event = .runStarted(started)
        case .queued(var queued) where queued.tenant != nil:
            queued.session = queued.session.written(by: queued.tenant)
            shown.event = .queued(queued)
        default: break
        }
        return shown
    }
}
