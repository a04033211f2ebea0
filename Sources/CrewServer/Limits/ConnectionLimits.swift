/// The bounds of connections: how many there are, and how slow one may be.
///
/// Addresses of this machine are not counted by themselves: a proxy before the server is one of them,
/// and stands for many clients.
public struct ConnectionLimits: Sendable, Hashable {
    /// Connections that are open at the same time; another one is answered with 503 and closed,
    /// with TLS just closed.
    public var maxConnections = 10_000
    /// Of those, connections of one address.
    public var maxPerAddress = 512
    /// How long the head of a request may take from its first byte on; answered with 408 then.
    public var headTime: Duration = .seconds(10)
    /// How long the body of a request may take from its head on.
    public var bodyTime: Duration = .seconds(60)
    /// How long a connection whose request was refused may go on sending, so that it reads why.
    public var lingerTime: Duration = .seconds(2)

    public init() {}
}
