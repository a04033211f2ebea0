public import CrewKit
public import Foundation

/// How the HTTP face of a crew behaves, apart from what the crew says.
public struct ServerOptions: Sendable {
    /// Where to listen: a loopback address or `localhost`.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes any free one.
    public var port = 8_080
    /// Names by which clients may call this server besides those of the loopback, such as the
    /// public name of a proxy before it.
    public var allowedHosts: Set<String> = []
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
    /// Marks the page's own script, so that no other one runs; different each time.
    public var makeNonce: @Sendable () -> String = { UUID().uuidString }  // default

    public init() {}
}

extension ServerOptions {
    static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// - Throws: `invalidInput` for what this server cannot be.
    func check() throws(CrewError) {
        guard Self.isLoopback(host) else {
            throw CrewError(
                .invalidInput,
                "'\(host)' is not a loopback address: another address needs keys, which this "
                    + "version does not have. Use 127.0.0.1, with a proxy before it if need be.")
        }
        guard (0...65_535).contains(port) else {
            throw CrewError(.invalidInput, "\(port) is not a port: use 0 to 65535")
        }
    }
}
