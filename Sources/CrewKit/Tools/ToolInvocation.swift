/// One call of a tool, with what the tool may know about the run.
public struct ToolInvocation: Sendable {
    public let call: ToolCallID
    public let arguments: JSONObject
    /// The same for every attempt at this call, also after a crash: pass it on to whatever can
    /// tell a repeated request by it.
    public let idempotencyKey: String
    public let run: RunID
    public let agent: AgentID
    /// The conversation so far, as the agent's run remembers it.
    public let conversation: [ConversationEntry]
    /// Keeps what the tool makes beside its words; absent where nobody keeps it.
    public let artifacts: RunArtifacts?
    /// Tells readers of the run what happens meanwhile; absent where nobody reads.
    public let reports: ToolReports?
    /// The span of the call, for whatever it asks; absent where nobody traces.
    public package(set) var trace: TraceContext?
    /// Lets other runs work for the call; absent outside of a run.
    var subruns: Subruns?

    public init(
        call: ToolCallID, arguments: JSONObject, idempotencyKey: String, run: RunID,
        agent: AgentID, conversation: [ConversationEntry] = [], artifacts: RunArtifacts? = nil,
        reports: ToolReports? = nil
    ) {
        self.call = call
        self.arguments = arguments
        self.idempotencyKey = idempotencyKey
        self.run = run
        self.agent = agent
        self.conversation = conversation
        self.artifacts = artifacts
        self.reports = reports
    }
}

extension ToolInvocation {
    /// The same call; `onSave` is told when the tool saves an artifact.
    func noting(onSave: @escaping @Sendable () -> Void) -> ToolInvocation {
        guard let artifacts else { return self }
        let noted = RunArtifacts(
            save: { bytes, name, mediaType in
                onSave()
                try await artifacts.save(bytes, as: name, mediaType: mediaType)
            }, read: { try await artifacts.read($0) })
        var copy = ToolInvocation(
            call: call, arguments: arguments, idempotencyKey: idempotencyKey, run: run,
            agent: agent, conversation: conversation, artifacts: noted, reports: reports)
        copy.subruns = subruns
        copy.trace = trace
        return copy
    }
}

/// Tells readers of a run what happens within a call.
public struct ToolReports: Sendable {
    /// How far a call is.
    public struct Progress: Sendable, Hashable, Codable {
        /// Grows with each report; in the same unit as `total`.
        public var done: Double
        public var total: Double?
        public var message: String?

        public init(done: Double, total: Double? = nil, message: String? = nil) {
            self.done = done
            self.total = total
            self.message = message
        }
    }

    private let send: @Sendable (Progress) async -> Void

    package init(progress: @escaping @Sendable (Progress) async -> Void) { send = progress }

    /// Shows how far the call is. Reports that come too fast after one another are left out.
    public func report(_ progress: Progress) async { await send(progress) }
}
