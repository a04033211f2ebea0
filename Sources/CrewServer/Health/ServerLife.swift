import Synchronization

/// Where a server stands between its start and its end.
public final class ServerLife: Sendable {
    /// One part of that way; it is gone in this order, perhaps without the first or second.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// Another process owns the runs: this one listens and works nothing yet.
        case standby
        case serving
        /// Asked to end: nothing new is begun, what is under way comes to a safe point.
        case draining
    }

    private let state: Mutex<Phase>

    public init(_ phase: Phase = .standby) { state = Mutex(phase) }

    public var phase: Phase { state.withLock { $0 } }

    /// Ends the standby; changes nothing for a server that is being stopped.
    public func serve() {
        state.withLock { if $0 == .standby { $0 = .serving } }
    }

    /// Takes nothing new from now on; there is no way back.
    public func drain() { state.withLock { $0 = .draining } }
}
