/// A program with its arguments as they were written: an argument vector, never a shell line.
public struct CommandTemplate: Sendable, Hashable {
    /// The program and its arguments. A `{{parameter}}` is replaced inside the one argument that
    /// holds it, so that a value can never become a second argument; `{{idempotency_key}}` by the
    /// key of the call.
    public var words: [String]
    /// Absent means a folder of its own for each call, which is removed afterwards.
    public var workingDirectory: String?
    /// Environment variables that the program gets besides `PATH`, `HOME`, `LANG` and
    /// `CREW_IDEMPOTENCY_KEY`.
    public var environment: [String: String]
    public var limits: ResourceLimits
    public var sandbox: Sandbox

    /// What keeps a program from the rest of the machine.
    public enum Sandbox: String, Sendable, Hashable, CaseIterable {
        /// Nothing but the limits and the user's own rights.
        case none
        /// bubblewrap: no network, a read-only system, a private `/tmp`.
        case bubblewrap
    }

    public init(
        _ words: [String], workingDirectory: String? = nil, environment: [String: String] = [:],
        limits: ResourceLimits = ResourceLimits(), sandbox: Sandbox = .none
    ) {
        self.words = words
        self.workingDirectory = workingDirectory
        self.environment = environment
        self.limits = limits
        self.sandbox = sandbox
    }

    /// The environment variable in which a program gets the key of its call.
    public static let idempotencyKeyVariable = "CREW_IDEMPOTENCY_KEY"
}
