/// What stays the same of a run while it is worked, for those who watch it.
public struct RunFacts: Sendable, Hashable {
    public let run: RunID
    public let crew: String
    public let session: SessionID?
    public let tenant: String?
    /// The request that made it go on last.
    public let origin: RunOrigin?
    /// The call that it works for; absent for a run of its own.
    public let caller: RunCaller?

    public init(
        run: RunID, crew: String, session: SessionID? = nil, tenant: String? = nil,
        origin: RunOrigin? = nil, caller: RunCaller? = nil
    ) {
        self.run = run
        self.crew = crew
        self.session = session
        self.tenant = tenant
        self.origin = origin
        self.caller = caller
    }

    init(_ run: RunID, of state: RunState) {
        self.init(
            run: run, crew: state.crew.name, session: state.session, tenant: state.tenant,
            origin: state.origin, caller: state.caller)
    }

    init(_ record: RunRecord) {
        self.init(
            run: record.id, crew: record.crew, session: record.session, tenant: record.tenant,
            origin: record.origin)
    }
}
