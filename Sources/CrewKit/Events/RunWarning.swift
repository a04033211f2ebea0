/// Something that deserves a look and changes nothing by itself.
public struct RunWarning: Sendable, Hashable, Codable {
    public var agent: AgentID?
    public var code: Code
    public var message: String
    /// Between which definitions the crew has changed; only with `definition_changed`.
    public var definition: DefinitionChange?
    /// What an input holds, by the names of patterns; only with `suspicious_input`.
    public var patterns: [String]?

    /// What a warning is about, as a string that stays the same between versions.
    public struct Code: Identifier {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let severalSignals: Self = "several_signals"
        public static let signalExhausted: Self = "signal_exhausted"
        public static let partialGroup: Self = "partial_group"
        public static let replyCut: Self = "reply_cut"
        public static let unreadableToolCall: Self = "unreadable_tool_call"
        public static let tooManyToolCalls: Self = "too_many_tool_calls"
        public static let slowCall: Self = "slow_call"
        public static let tightToolTime: Self = "tight_tool_time"
        public static let outcomeUnknown: Self = "outcome_unknown"
        public static let definitionChanged: Self = "definition_changed"
        public static let suspiciousInput: Self = "suspicious_input"
    }

    public init(agent: AgentID? = nil, code: Code, message: String) {
        self.agent = agent
        self.code = code
        self.message = message
    }
}

/// That a run goes on under another definition of its crew.
public struct DefinitionChange: Sendable, Hashable, Codable {
    /// The digest of the definition with which the run was worked before.
    public var from: String
    /// The digest of the one with which it is worked from now on.
    public var to: String

    public init(from: String, to: String) {
        self.from = from
        self.to = to
    }
}

extension DefinitionChange {
    /// `nil` when nothing has changed, or nobody can know whether.
    init?(from earlier: String?, to present: String?) {
        guard let earlier, let present, earlier != present else { return nil }
        self.init(from: earlier, to: present)
    }

    var sentence: String {
        "the crew's definition has changed, from \(Self.short(from)) to \(Self.short(to))"
    }

    var warning: RunWarning {
        var warning = RunWarning(code: .definitionChanged, message: sentence)
        warning.definition = self
        return warning
    }

    /// Enough for people to tell two apart.
    private static func short(_ digest: String) -> Substring { digest.prefix(12) }
}
