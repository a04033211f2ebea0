/// Why a tool's call did not succeed, in a form that models, programs and people can act on.
///
/// The kernel, command and HTTP tools, workers and MCP servers all report failures in this form; a
/// tool may throw it itself.
public struct ToolFailure: Error, Sendable, Hashable, Codable {
    public var kind: Kind
    /// What happened, in one sentence or a few lines.
    public var message: String
    /// What would help, where something is known.
    public var hint: String?
    public var action: Action
    /// Whether it is certain that the call has changed nothing.
    public var isWithoutEffect: Bool
    /// How many seconds the other side asked to be left alone; absent where it did not say.
    public var retryAfterSeconds: Int?

    /// What went wrong, as a string that stays the same between versions.
    public struct Kind: Identifier {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        /// It may not be done.
        public static let permission: Self = "permission"
        /// There is no such tool, program, host or thing.
        public static let notFound: Self = "not_found"
        public static let timeout: Self = "timeout"
        /// A program or server said that it failed.
        public static let commandFailed: Self = "command_failed"
        /// What came back could not be read.
        public static let parse: Self = "parse"
        /// The arguments do not fit.
        public static let parameter: Self = "parameter"
        /// The machine, the network or the tool's own code failed.
        public static let system: Self = "system"
        /// The tool ended the process it ran in.
        public static let crashed: Self = "crashed"
        /// The tool is not asked at the moment: too many calls, or too many failures.
        public static let unavailable: Self = "unavailable"
        public static let cancelled: Self = "cancelled"
    }

    /// What the caller had best do.
    public struct Action: Identifier {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public static let correctArguments: Self = "correct_arguments"
        public static let tryAgain: Self = "try_again"
        public static let tryLater: Self = "try_later"
        public static let useAnotherTool: Self = "use_another_tool"
        public static let askAPerson: Self = "ask_a_person"
        public static let findOutFirst: Self = "find_out_first"
    }

    enum CodingKeys: String, CodingKey {
        case kind, message, hint, action
        case isWithoutEffect = "without_effect"
        case retryAfterSeconds = "retry_after_seconds"
    }

    /// - Parameter action: absent takes the one that suits the kind.
    public init(
        _ kind: Kind, _ message: String, hint: String? = nil, action: Action? = nil,
        isWithoutEffect: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.hint = hint
        self.action = action ?? Self.usualAction(for: kind)
        self.isWithoutEffect = isWithoutEffect
    }

    /// Whether the same call may succeed a little later.
    public var mayPass: Bool {
        switch kind {
        case .timeout, .system, .crashed, .unavailable: true
        default: false
        }
    }

    /// What a model reads.
    public var text: String { message + (hint.map { "\nHint: \($0)" } ?? "") }

    /// The same for a call that was not begun.
    public var withoutEffect: ToolFailure {
        var failure = self
        failure.isWithoutEffect = true
        return failure
    }

    private static func usualAction(for kind: Kind) -> Action {
        switch kind {
        case .parameter: .correctArguments
        case .notFound, .commandFailed, .parse, .crashed: .useAnotherTool
        case .timeout, .system: .tryAgain
        case .unavailable: .tryLater
        default: .askAPerson
        }
    }
}

extension ToolFailure {
    /// Any error that a tool threw, as a failure.
    public init(_ error: any Error) {
        switch error {
        case let failure as ToolFailure: self = failure
        case let error as CrewError: self.init(Self.kind(of: error.code), error.message)
        case is CancellationError: self.init(.system, "The tool gave the call up.")
        default: self.init(.system, "\(error)")
        }
    }

    private static func kind(of code: CrewError.Code) -> Kind {
        switch code {
        case .toolTimeout: .timeout
        case .toolRejectedArguments: .parameter
        case .toolNotAllowed: .permission
        default: .system
        }
    }
}
