/// The one error of this library: a stable code, a sentence for people, and what lay beneath.
///
/// `message` is never to be parsed and holds no prompt, tool argument or key; it may change between
/// versions. `code` is the contract, on the wire too.
public struct CrewError: Error, Sendable {
    public let code: Code
    public let message: String
    public let cause: (any Error)?
    /// How long the other side asked us to wait before trying again, where it said so.
    public let retryAfter: Duration?

    public init(
        _ code: Code, _ message: String, cause: (any Error)? = nil, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.retryAfter = retryAfter
    }
}

extension CrewError: CustomStringConvertible {
    public var description: String { "\(message) (\(code))" }
}

extension CrewError {
    /// What went wrong, as a string that stays the same between versions.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let rawValue: String
        public init(_ rawValue: String) { self.rawValue = rawValue }
        public var description: String { rawValue }
    }
}

extension CrewError.Code {
    // What was written cannot run.
    public static let invalidDefinition = Self("invalid_definition")
    public static let unreadableDefinition = Self("unreadable_definition")
    public static let unknownAgent = Self("unknown_agent")

    // What was asked cannot be done now.
    public static let invalidInput = Self("invalid_input")
    public static let unknownRun = Self("unknown_run")
    public static let runNotPaused = Self("run_not_paused")
    public static let unknownApproval = Self("unknown_approval")
    public static let idempotencyConflict = Self("idempotency_conflict")
    public static let sessionBusy = Self("session_busy")
    public static let tooManyRuns = Self("too_many_runs")
    public static let shuttingDown = Self("shutting_down")
    /// The server works on, without this crew.
    public static let crewRetired = Self("crew_retired")
    public static let conflict = Self("conflict")
    /// The crew is not defined as it was when the run was worked.
    public static let definitionChanged = Self("definition_changed")
    /// The session belongs to another crew.
    public static let foreignSession = Self("foreign_session")
    public static let storeFailed = Self("store_failed")
    public static let storeInUse = Self("store_in_use")
    public static let storeUnreadable = Self("store_unreadable")

    // A model call failed. The kinds decide what may be tried again.
    public static let modelUnreachable = Self("model_unreachable")
    public static let modelTimeout = Self("model_timeout")
    public static let modelRateLimited = Self("model_rate_limited")
    public static let modelOverloaded = Self("model_overloaded")
    public static let modelServerError = Self("model_server_error")
    public static let modelStreamCut = Self("model_stream_cut")
    public static let modelRejectedKey = Self("model_rejected_key")
    public static let modelRejectedRequest = Self("model_rejected_request")
    public static let modelNotFound = Self("model_not_found")
    public static let modelQuotaExhausted = Self("model_quota_exhausted")
    public static let modelContextOverflow = Self("model_context_overflow")
    public static let modelContentFiltered = Self("model_content_filtered")
    public static let modelAnsweredNonsense = Self("model_answered_nonsense")
    public static let modelUnavailable = Self("model_unavailable")
    /// The endpoint failed so often that it is left alone for a while.
    public static let modelLeftAlone = Self("model_left_alone")
    /// The call does not fit into a budget.
    public static let budgetExceeded = Self("budget_exceeded")
    /// The reply has not the shape that it has to have.
    public static let replyRejected = Self("reply_rejected")
    /// A cassette has no such call.
    public static let cassetteMismatch = Self("cassette_mismatch")

    // A tool failed. The model reads the message; the run goes on.
    public static let toolFailed = Self("tool_failed")
    public static let toolTimeout = Self("tool_timeout")
    public static let toolRejectedArguments = Self("tool_rejected_arguments")
    public static let toolNotAllowed = Self("tool_not_allowed")

    /// Whether the same model call may succeed when it is made again a little later.
    public var isWorthRetrying: Bool {
        switch self {
        case .modelUnreachable, .modelTimeout, .modelRateLimited, .modelOverloaded,
            .modelServerError, .modelStreamCut:
            true
        default: false
        }
    }
}
