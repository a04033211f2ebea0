import CrewKit

extension SystemTools {
    var pingHost: any Tool {
        SystemTool(
            "PingHost", "Tells whether a host answers on the network, and how fast.",
            parameters: [.host("host"), .count("packets to send, 1 to 10", default: 4)],
            ownLimit: Self.pingLimit(packets: Self.mostPackets), isolation: .inProcess
        ) { arguments in try await ping(arguments, standard: 4) }
    }

    var networkStatus: any Tool {
        SystemTool(
            "CheckNetworkStatus", "Checks the network connection from this machine to a host.",
            parameters: [.host("host"), .count("packets to send, 1 to 10", default: 3)],
            ownLimit: Self.pingLimit(packets: Self.mostPackets), isolation: .inProcess
        ) { arguments in try await ping(arguments, standard: 3) }
    }

    var resolveDNS: any Tool {
        SystemTool(
            "ResolveDNS", "Looks up the addresses of a host name.",
            parameters: [.host("hostname")], ownLimit: Self.resolverLimit
        ) { arguments in
            let name = arguments["hostname"]?.string ?? ""
            let addresses = try await BlockingCall.perform { try NetworkAddress.lookUp(name) }
            return "\(name) has \(addresses.count) address(es):\n"
                + addresses.map(\.text).joined(separator: "\n")
        }
    }

    private func ping(_ arguments: JSONObject, standard: Int) async throws -> String {
        let host = arguments["host"]?.string ?? ""
        let count = min(Self.mostPackets, max(1, arguments["count"]?.integer ?? standard))
        let limit = Self.pingLimit(packets: count)
        let report: ProgramReport
        do {
            report = try await run(
                ["ping", "-n", "-c", "\(count)", "-W", Self.pingWait, host], timeLimit: limit)
        } catch let failure as ToolFailure where failure.kind == .notFound {
            throw CrewError(
                .toolNotAllowed,
                "ping is not installed on this machine, so nothing was sent "
                    + "(Debian: apt-get install iputils-ping)")
        }
        guard report.ending != .exited(1) else {
            throw CrewError(
                .toolFailed,
                "\(host) does not answer: none of \(count) packets came back.\n"
                    + report.lastWords)
        }
        if let failure = report.failure(of: "ping", timeLimit: limit) { throw failure }
        return report.output
    }

    private static let mostPackets = 10

    /// One packet a second, the wait for the last answer, and some time to look up the name.
    private static func pingLimit(packets: Int) -> Duration { .seconds(packets + 6) }

    /// A resolver with usual settings asks a name server twice and waits five seconds each time.
    private static let resolverLimit: Duration = .seconds(10)

    /// How long ping waits for an answer: macOS counts milliseconds.
    private static var pingWait: String {
        #if os(macOS)
            "2000"
        #else
            "2"
        #endif
    }
}
