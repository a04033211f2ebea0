import ArgumentParser
import CrewKit
import CrewProcess
import CrewServer
import NIOCore

/// What a server bears, as flags; everything has a bound without them.
struct LimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Runs that are worked at the same time.", valueName: "runs"))
    var maxRunning = RunAdmission.Limits().maxRunning

    @Option(
        help: ArgumentHelp(
            "Runs that wait for room; another one is refused with 503.", valueName: "runs"))
    var maxWaiting = RunAdmission.Limits().maxWaiting

    @Option(
        help: ArgumentHelp("Event streams that are open at the same time.", valueName: "streams"))
    var maxReaders = RequestLimits().maxOpenStreams

    @Option(
        help: ArgumentHelp(
            "Of those, streams of one tenant, or of one address where nobody has a tenant.",
            valueName: "streams"))
    var maxReadersPerClient = RateLimits().maxReadersPerOwner

    @Option(
        help: ArgumentHelp(
            "Requests of one key in a minute; 0 for any number.", valueName: "requests"))
    var keyRate = RateLimits().perKey?.requests ?? 0

    @Option(
        help: ArgumentHelp(
            "Requests of one address in a minute, this machine's excepted; 0 for any number.",
            valueName: "requests"))
    var addressRate = RateLimits().perAddress?.requests ?? 0

    @Option(
        help: ArgumentHelp("Connections that are open at the same time.", valueName: "connections"))
    var maxConnections = ConnectionLimits().maxConnections

    @Option(
        help: ArgumentHelp(
            "Of those, connections of one address, this machine's excepted.",
            valueName: "connections"))
    var maxConnectionsPerAddress = ConnectionLimits().maxPerAddress

    @Option(help: ArgumentHelp("Time for the head of a request.", valueName: "seconds"))
    var headSeconds = 10

    @Option(help: ArgumentHelp("Time for the body of a request.", valueName: "seconds"))
    var bodySeconds = 60

    @Option(help: ArgumentHelp("Time that a connection may be open unused.", valueName: "seconds"))
    var idleSeconds = 60

    @Option(help: ArgumentHelp("Bytes of a request's body.", valueName: "bytes"))
    var maxBodyBytes = RequestLimits().maxBodyBytes

    @Option(
        help: ArgumentHelp("Bytes of one header field, and of the address.", valueName: "bytes"))
    var maxFieldBytes = RequestLimits().maxHeaderFieldBytes

    @Option(help: ArgumentHelp("Bytes of all header fields together.", valueName: "bytes"))
    var maxHeaderBytes = RequestLimits().maxHeaderBytes

    @Option(help: ArgumentHelp("Characters of an input.", valueName: "characters"))
    var maxInputCharacters = RequestLimits().maxQueryCharacters

    @Option(
        help: ArgumentHelp(
            "Messages of a history that comes with a request.", valueName: "messages"))
    var maxHistoryMessages = RequestLimits().maxHistoryMessages

    @Option(
        help: ArgumentHelp(
            "Time for runs to come to a safe point, and for streams to go on, when the server is asked "
                + "to end.", valueName: "seconds"))
    var drainSeconds = 10

    /// More of anything than this is a slip of the pen.
    private static let most = 1_000_000_000

    func validate() throws {
        let day = 86_400
        let bounds: [(name: String, value: Int, range: ClosedRange<Int>)] = [
            ("max-running", maxRunning, 1...1_000_000), ("max-waiting", maxWaiting, 0...1_000_000),
            ("max-readers", maxReaders, 1...1_000_000),
            ("max-readers-per-client", maxReadersPerClient, 1...1_000_000),
            ("max-connections", maxConnections, 1...1_000_000),
            ("max-connections-per-address", maxConnectionsPerAddress, 1...1_000_000),
            ("key-rate", keyRate, 0...Self.most), ("address-rate", addressRate, 0...Self.most),
            ("head-seconds", headSeconds, 1...day), ("body-seconds", bodySeconds, 1...day),
            ("idle-seconds", idleSeconds, 1...day), ("drain-seconds", drainSeconds, 0...day),
            ("max-body-bytes", maxBodyBytes, 1_024...Self.most),
            // A browser's or a proxy's ordinary request has to fit.
            ("max-field-bytes", maxFieldBytes, 1_024...16 << 20),
            ("max-header-bytes", maxHeaderBytes, 4_096...64 << 20),
            ("max-input-characters", maxInputCharacters, 1...Self.most),
            ("max-history-messages", maxHistoryMessages, 0...1_000_000),
        ]
        for (name, value, range) in bounds where !range.contains(value) {
            throw ValidationError(
                "--\(name) has to be from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// What is said at the start when there are fewer descriptors than connections are wanted.
    func shortage(in options: ServerOptions) -> String? {
        let room = options.connections.maxConnections
        guard room < maxConnections else { return nil }
        return
            "the descriptors of this process are enough for \(room) connections of "
            + "\(maxConnections): raise its limit of open files (ulimit -n, LimitNOFILE)"
    }

    func apply(to options: inout ServerOptions) {
        options.limits.maxBodyBytes = maxBodyBytes
        options.limits.maxHeaderFieldBytes = maxFieldBytes
        options.limits.maxHeaderBytes = maxHeaderBytes
        options.limits.maxQueryCharacters = maxInputCharacters
        options.limits.maxHistoryMessages = maxHistoryMessages
        options.limits.maxOpenStreams = maxReaders
        options.rates.perKey = keyRate > 0 ? RateLimits.Limit(requests: keyRate) : nil
        options.rates.perAddress = addressRate > 0 ? RateLimits.Limit(requests: addressRate) : nil
        options.rates.maxReadersPerOwner = maxReadersPerClient
        options.connections.maxPerAddress = maxConnectionsPerAddress
        options.connections.headTime = .seconds(headSeconds)
        options.connections.bodyTime = .seconds(bodySeconds)
        options.connections.maxConnections = Descriptors.room(forConnections: maxConnections)
        options.idleTimeout = .seconds(idleSeconds)
        options.drainTime = .seconds(drainSeconds)
        var admission = RunAdmission.Limits()
        admission.maxRunning = maxRunning
        admission.maxWaiting = maxWaiting
        admission.maxWaitingPerTenant = max(1, maxWaiting / 2)
        options.admission = RunAdmission(admission)
    }
}

/// Files and sockets that this process may have open.
enum Descriptors {
    /// What the server needs besides connections of clients: the store, models, tools, logs.
    private static let reserve = 512

    /// Raises the soft limit as far as it is needed and allowed, and returns how many connections
    /// there is room for: those beyond it are refused in words, before everything else fails.
    static func room(forConnections wanted: Int) -> Int {
        // Those that are refused take room, too, while they are told so.
        let needed = UInt64(wanted + wanted / 4 + reserve)
        if crew_file_limit() < needed { _ = crew_limit_files(needed) }
        let limit = Int(clamping: crew_file_limit())
        return room(forConnections: wanted, of: limit, cores: System.coreCount)
    }

    /// - Parameter limit: descriptors that the process may have.
    static func room(forConnections wanted: Int, of limit: Int, cores: Int) -> Int {
        let own = min(reserve, 48 + 4 * cores + limit / 8)
        return max(4, min(wanted, (limit - own) * 4 / 5))
    }
}
