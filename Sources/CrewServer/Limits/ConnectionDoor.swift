import NIOCore
import NIOHTTP1

/// Puts the handlers that hold the limits into the pipeline of a connection, and counts it where
/// `EncryptedConnections` has not done so.
///
/// Streams of HTTP/2 have no decoder of their own: what is slow or too large there ends in the
/// protocol itself.
final class ConnectionDoor: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let options: ServerOptions

    init(options: ServerOptions) { self.options = options }

    func handlerAdded(context: ChannelHandlerContext) {
        typealias Decoder = ByteToMessageHandler<HTTPRequestDecoder>
        let pipeline = context.pipeline.syncOperations
        guard let decoder = try? pipeline.handler(type: Decoder.self) else { return }  // HTTP/2
        let isCounted = options.certificate != nil
        let refusal =
            isCounted ? nil : options.counts.open(context.channel, limits: options.connections)
        let head = HeadWatch(limit: options.connections.headTime)
        let requests = RequestWatch(options: options, head: head, refusal: refusal)
        do {
            try pipeline.addHandler(requests, position: .after(decoder))
            try pipeline.addHandler(head, position: .before(decoder))
        } catch {
            context.close(promise: nil)
        }
    }
}

/// Counts a connection whatever will be spoken on it, and closes it when it is one too many.
///
/// Everything here happens on the connection's event loop.
final class ConnectionCount: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let limits: ConnectionLimits
    private let counts: ServerCounts
    private var refusal: ServerCounts.Refusal?

    init(limits: ConnectionLimits, counts: ServerCounts) {
        self.limits = limits
        self.counts = counts
    }

    func handlerAdded(context: ChannelHandlerContext) {
        refusal = counts.open(context.channel, limits: limits)
        if context.channel.isActive, refusal != nil { context.close(promise: nil) }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        if refusal != nil { context.close(promise: nil) }
    }
}

extension ServerCounts {
    /// Counts a connection from now until it is closed.
    ///
    /// - Returns: why it is to be refused.
    func open(_ channel: any Channel, limits: ConnectionLimits) -> Refusal? {
        let address = channel.remoteAddress.flatMap(ClientAddress.counted)
        let refusal = open(address, limits: limits)
        channel.closeFuture.whenComplete { _ in self.close(address) }
        return refusal
    }
}

/// Where requests come from.
enum ClientAddress {
    /// The address of a peer; absent where addresses are not counted, as for this machine's own.
    static func counted(_ peer: SocketAddress) -> String? {
        guard let text = peer.ipAddress else { return nil }
        return isLoopback(text) ? nil : network(of: text)
    }

    private static func isLoopback(_ text: String) -> Bool {
        text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
    }

    /// Of IPv6 the network: whoever has one address of it has 2^64.
    private static func network(of text: String) -> String {
        guard text.contains(":") else { return text }
        let sides = text.split(separator: "%")[0].split(
            separator: "::", omittingEmptySubsequences: false)
        let left = sides[0].split(separator: ":")
        let right = sides.count > 1 ? sides[1].split(separator: ":") : []
        let gap = Array(repeating: Substring("0"), count: max(0, 8 - left.count - right.count))
        return (left + gap + right).prefix(4).joined(separator: ":") + "::/64"
    }
}
