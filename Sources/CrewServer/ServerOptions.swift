public import CrewKit
public import Foundation
import NIOCore

/// How the HTTP face of a crew behaves, apart from what the crew says.
public struct ServerOptions: Sendable {
    /// Where to listen: a loopback address or `localhost`; with keys any address.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes any free one.
    public var port = 8_080
    /// Names by which clients may call this server besides those of the loopback, such as the
    /// public name of a proxy before it.
    ///
    /// With keys on an address that others reach, and no names here, any name will do.
    public var allowedHosts: Set<String> = []
    /// What opens the server; absent where whoever reaches it may do everything.
    public var keys: AccessKeys?
    /// Speaks TLS, with HTTP/2 for who can; absent for plain HTTP.
    public var certificate: ServedCertificate?
    /// The sites whose pages may use this server, as in `https://app.example.com`.
    public var allowedOrigins: Set<String> = []
    public var limits = RequestLimits()
    /// What answers, for people: provider and model, as the page shows it. For a server of one
    /// runner; of several crews each `ServedCrew` says its own.
    public var modelDescription = ""
    /// True when all agents are answered by a script: the page, `/health` and `start` frames say so.
    ///
    /// Other frames go by the model that answers their agent.
    public var isScripted = false
    /// Inputs that the page offers to try.
    public var examples: [String] = []
    public var version = "0"
    /// Looks at what the server needs besides its store; has to answer soon.
    public var dependencies: @Sendable () async -> [DependencyState] = { [] }
    /// Counts looks into the caches of all crews, those of closed versions too.
    public var cacheLookups: @Sendable () -> CacheLookups = { CacheLookups() }
    /// What happens in the runs of the crews that are served; the runners have to have the same one.
    public var activity = RunActivity()
    /// The room for runs, for health and figures; the runners have to have the same one.
    public var admission = RunAdmission()
    /// Where the server stands; begun in standby, it takes nothing before its crews are there.
    public var life = ServerLife()
    /// What came to the server's door, for figures.
    public var counts = ServerCounts()
    public var connections = ConnectionLimits()
    public var rates = RateLimits()
    /// How long streams may go on when the server is asked to stop.
    public var drainTime: Duration = .seconds(10)
    /// How long a client may take nothing of what is there for it.
    public var writeTimeout: Duration = .seconds(60)
    /// How long the last frame may take of a stream that ends because the server stops.
    public var goodbyeTime: Duration = .seconds(2)
    /// How long a connection may be open with no request under way.
    public var idleTimeout: Duration = .seconds(60)
    /// Waits with this clock: keep-alives, the drain, goodbyes.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// Stamps what has no time of its own with this.
    public var now: @Sendable () -> Date = { Date() }  // default
    public var makeSessionID: @Sendable () -> SessionID = {
        SessionID(UUID().uuidString.lowercased())  // default
    }
    /// Names requests that bring no id of their own.
    public var makeRequestID: @Sendable () -> String = {
        UUID().uuidString.lowercased()  // default
    }
    /// What ids of traces and spans are made of.
    public var makeTraceBits: @Sendable () -> UInt64 = {
        UInt64.random(in: 1...(.max))  // default
    }
    /// Tells a collector what happens in runs; absent tells nobody.
    public var tracing: Tracing?
    /// Marks the page's own script, so that no other one runs; different each time.
    public var makeNonce: @Sendable () -> String = { UUID().uuidString }  // default

    public init() {}
}

extension ServerOptions {
    static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        // Brought into the one form that each address has.
        let address = try? SocketAddress(ipAddress: host, port: 0)  // a name is no address
        guard let text = address?.ipAddress else { return false }
        return text == "::1" || ["127.", "::ffff:127."].contains { text.hasPrefix($0) }
    }

    /// Whether only this machine reaches the server.
    package var listensOnLoopback: Bool { Self.isLoopback(host) }

    /// - Throws: `invalidInput` for what this server cannot be.
    func check() throws(CrewError) {
        guard keys != nil || Self.isLoopback(host) else {
            throw CrewError(
                .invalidInput,
                "'\(host)' is not a loopback address: another address needs keys. Make one with "
                    + "'crew keys new --name me --scope admin --file keys.txt' and give --keys "
                    + "keys.txt, or use 127.0.0.1 with a proxy before it.")
        }
        for origin in allowedOrigins { try CrossOrigin.check(origin) }
        guard (0...65_535).contains(port) else {
            throw CrewError(.invalidInput, "\(port) is not a port: use 0 to 65535")
        }
    }
}
