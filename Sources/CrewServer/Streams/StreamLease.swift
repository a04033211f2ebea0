import CrewKit
import Synchronization

/// A stream's place among the open ones, and its say over the run.
///
/// The place is given back when the lease goes away, also when the connection broke before the
/// stream's first byte; a client that asked for it takes its run along then.
final class StreamLease: Sendable {
    let watch: StreamWatch
    private let streams: OpenStreams
    private let leave = Mutex<(@Sendable () -> Void)?>(nil)

    /// - Parameter owner: whose streams are counted together.
    /// - Throws: what `OpenStreams.open` throws.
    init(
        in streams: OpenStreams, for owner: String?, of caller: Caller = .local
    ) throws(CrewError) {
        self.streams = streams
        watch = try streams.open(for: owner, of: caller)
    }

    deinit {
        abandon()
        streams.close(watch)
    }

    /// Does this when the client leaves before the run is at rest.
    func whenAbandoned(_ action: @escaping @Sendable () -> Void) { leave.withLock { $0 = action } }

    /// The client got everything: its leaving means nothing.
    func settle() { leave.withLock { $0 = nil } }

    /// The client has left.
    func abandon() {
        let action = leave.withLock { action in
            defer { action = nil }
            return action
        }
        action?()
    }
}
