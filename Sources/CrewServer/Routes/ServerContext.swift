import CrewKit
import Hummingbird
import NIOCore

/// What is known of a request while it is answered.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Where the connection comes from; absent where there is none.
    let peer: SocketAddress?
    /// True where one connection carries many requests at the same time, as with HTTP/2.
    let isMultiplexed: Bool
    /// Who asks.
    var caller = Caller.local
    /// What the request, and all that comes of it, is found again by.
    var origin = RunOrigin()

    /// What is left of the limits that it passed.
    let standings = RateStandings()

    /// Whose event streams are counted together: a tenant's, or those of one address where nobody has
    /// a tenant. Addresses of this machine are not counted.
    var streamOwner: String? {
        caller.tenant.map { "tenant \($0)" }
            ?? peer.flatMap(ClientAddress.counted).map { "address \($0)" }
    }

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress
        // A connection's parent is the socket that listens; a request's is its connection.
        isMultiplexed = source.channel.parent?.parent != nil
    }
}
