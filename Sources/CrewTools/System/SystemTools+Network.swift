import CrewKit

extension SystemTools {
    var pingHost: any Tool {
        SystemTool(
            "PingHost", "Tells whether a host answers on the network, and how fast.",
            parameters: [.host("host"), .count("packets to send, 1 to 10", default: 4)]
        ) { arguments in try await ping(arguments, standard: 4) }
    }

    var networkStatus: any Tool {
        SystemTool(
            "CheckNetworkStatus", "Checks the network connection from this machine to a host.",
            parameters: [.host("host"), .count("packets to send, 1 to 10", default: 3)]
        ) { arguments in try await ping(arguments, standard: 3) }
    }

    var resolveDNS: any Tool {
        SystemTool(
            "ResolveDNS", "Looks up the addresses of a host name.", parameters: [.host("hostname")]
        ) { arguments in
            let name = arguments["hostname"]?.string ?? ""
            let addresses = try await BlockingCall.perform { try NetworkAddress.lookUp(name) }
            return "\(name) has \(addresses.count) address(es):\n"
                + addresses.map(\.text).joined(separator: "\n")
        }
    }

    private func ping(_ arguments: JSONObject, standard: Int) async throws -> String {
        let host = arguments["host"]?.string ?? ""
        let count = min(10, max(1, arguments["count"]?.integer ?? standard))
        let limit: Duration = .seconds(count + 6)
        let report: ProgramReport
        do {
            report = try await run(
                ["ping", "-n", "-c", "\(count)", "-W", Self.pingWait, host], timeLimit: limit)
        } catch let error as CrewError where Program.isMissing(error) {
            return try await connect(to: host)
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

    /// How long ping waits for an answer: macOS counts milliseconds.
    private static var pingWait: String {
        #if os(macOS)
            "2000"
        #else
            "2"
        #endif
    }

    /// A weaker test for machines without ping, which says that it is one.
    private func connect(to host: String) async throws -> String {
        let ports: [UInt16] = [443, 80, 22]
        let note = "(ping is not installed here; TCP connections were tried instead)"
        let answer = try await BlockingCall.perform { () -> String? in
            guard let address = try NetworkAddress.lookUp(host).first else { return nil }
            for port in ports {
                switch ConnectionProbe.probe(address, port: port) {
                case .open: return "\(host) (\(address.text)) accepts connections on port \(port)"
                case .refused:
                    return "\(host) (\(address.text)) answers: it refuses port \(port), so it is up"
                case .silent: continue
                }
            }
            return nil
        }
        guard let answer else {
            throw CrewError(
                .toolFailed,
                "\(host) accepts no connection on the ports 443, 80 and 22; it may still be up. "
                    + note)
        }
        return "\(answer). \(note)"
    }
}
