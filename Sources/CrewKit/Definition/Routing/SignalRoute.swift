/// What one agent's signal leads to.
public struct SignalRoute: Sendable, Hashable {
    /// The signal with its brackets, such as `[ROUTE_EXECUTOR]`.
    public var signal: String
    public var type: RouteType
    /// An agent or a group, the crew of a `subCrew` route, or the outside party of an `external` one;
    /// absent or empty ends the run where the type is `route`.
    public var target: String?
    public var description: String
    /// What the target reads in place of the conversation's last words; see `InputTemplate`.
    public var inputTemplate: String?
    /// Who goes on with the answer of a person, an outside party or a crew; the agent that asked when
    /// absent.
    public var returnTo: AgentID?
    /// Also takes this route for a reply that holds no signal and passes the test.
    public var trigger: SignalTrigger?
    /// Decides between signals that are otherwise equal: the higher one wins.
    public var priority: Int?
    /// How often one run follows the signal; later ones are ignored with a warning. At least 1.
    public var maxOccurs: Int?

    public init(
        _ signal: String, to target: String? = nil, description: String = "",
        type: RouteType = .route
    ) {
        self.signal = signal
        self.type = type
        self.target = target
        self.description = description
    }
}

/// What following a signal does.
public enum RouteType: String, Sendable, Hashable, CaseIterable {
    /// Hands over to the target: an agent or a group; without a target the run ends.
    case route
    /// Ends the run.
    case terminate
    /// Waits for a person's answer.
    case pause
    /// Waits for the answer of something outside of the crew, which the target names.
    case external
    /// Lets another crew work in a run of its own, and goes on with its answer.
    case subCrew = "sub_crew"
}

/// A test of a reply that stands for a signal.
///
/// It looks only at what the agent itself said, like the reading of signals does.
public indirect enum SignalTrigger: Sendable, Hashable {
    /// The text holds this word or phrase, without regard to case.
    case keyword(String)
    /// A regular expression matches somewhere in the text.
    case pattern(String)
    /// The text begins with this, white space and case left aside.
    case prefix(String)
    case any([SignalTrigger])
    case all([SignalTrigger])
}
