import Synchronization

/// What came to a server's door: connections that are open, and how often it refused something.
public final class ServerCounts: Sendable {
    /// Why something was refused before anybody worked on it.
    public enum Refusal: String, Sendable, Hashable, CaseIterable {
        case connections
        case addressConnections = "address_connections"
        case slowHead = "slow_head"
        case slowBody = "slow_body"
        case headSize = "head_size"
        case malformed
        case keyRate = "key_rate"
        case addressRate = "address_rate"
        case readers
    }

    private struct State {
        var open = 0
        var byAddress: [String: Int] = [:]
        var refused: [Refusal: Int] = [:]
        var accepted = 0
    }

    private let state = Mutex(State())

    public init() {}

    public var openConnections: Int { state.withLock(\.open) }

    /// Connections so far, those that were refused included.
    public var acceptedConnections: Int { state.withLock(\.accepted) }

    /// How often something was refused so far, by its reason; all reasons are there.
    public var refusals: [Refusal: Int] {
        let refused = state.withLock(\.refused)
        return Dictionary(
            uniqueKeysWithValues: Refusal.allCases.map { ($0, refused[$0, default: 0]) })
    }

    func note(_ refusal: Refusal) { state.withLock { $0.refused[refusal, default: 0] += 1 } }

    /// Counts a connection that has just come.
    ///
    /// - Parameter address: absent for one that is not counted by its address.
    /// - Returns: why it is to be refused; it counts all the same until `close`.
    func open(_ address: String?, limits: ConnectionLimits) -> Refusal? {
        state.withLock { state in
            state.open += 1
            state.accepted += 1
            if let address { state.byAddress[address, default: 0] += 1 }
            let own = address.flatMap { state.byAddress[$0] } ?? 0
            let refusal: Refusal? =
                state.open > limits.maxConnections
                ? .connections : own > limits.maxPerAddress ? .addressConnections : nil
            if let refusal { state.refused[refusal, default: 0] += 1 }
            return refusal
        }
    }

    func close(_ address: String?) {
        state.withLock { state in
            state.open -= 1
            guard let address, let own = state.byAddress[address] else { return }
            state.byAddress[address] = own > 1 ? own - 1 : nil
        }
    }
}
