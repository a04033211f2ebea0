import CrewKit

extension MCPClient {
    /// Finds out how the server wants to be spoken to, and agrees with it.
    ///
    /// - Parameters:
    ///   - known: how the same server was spoken to before; it is not asked again then.
    ///   - patience: how long a server may take to answer the question of the newer era.
    /// - Throws: `MCPFailure` or `JSONRPCError` when it cannot be agreed with, `CancellationError`.
    func open(
        asBefore known: MCPEra?, patience: Duration, on clock: any Clock<Duration>
    ) async throws {
        if let known, !known.isModern { return try await initialize() }
        if try await discover(within: patience, on: clock) { return }
        do {
            try await initialize()
        } catch let error as JSONRPCError where error.code == JSONRPCError.unsupportedVersion {
            // It was slow to start, and has read our question before the handshake.
            guard try await discover(within: patience * 4, on: clock) else { throw error }
        }
    }

    /// Asks a server of the newer era what it offers; false for one of the older.
    private func discover(
        within patience: Duration, on clock: any Clock<Duration>
    ) async throws -> Bool {
        let request = request("server/discover", as: .modern)
        do {
            let answer = try await Deadline.within(patience, on: clock) { [transport] in
                try await transport.exchange(request)
            }
            // Over HTTP a silent server is unreachable, not old: nobody has to start it.
            guard let answer else {
                guard transport.hasHeaders else { return false }
                throw MCPFailure.unreachable("did not answer within \(patience)")
            }
            let versions = answer["supportedVersions"]?.array?.compactMap(\.string) ?? []
            guard versions.contains(MCPEra.modernVersion) else { return false }
            opened(as: .modern, capabilities: answer["capabilities"])
            return true
        } catch let error as JSONRPCError {
            return try await isModern(error)
        } catch MCPFailure.status(let status, _) where [400, 404, 405].contains(status) {
            return false
        }
    }

    /// What an error in place of an answer says. A server may leave `server/discover` out; over
    /// HTTP that shows, and the list of its tools decides.
    private func isModern(_ error: JSONRPCError) async throws -> Bool {
        guard transport.hasHeaders, error.isModern,
            error.code != JSONRPCError.unsupportedVersion
        else { return false }
        do {
            _ = try await transport.exchange(request("tools/list", as: .modern))
            opened(as: .modern, capabilities: nil)
            return true
        } catch is JSONRPCError {
            return false
        } catch MCPFailure.status {
            return false
        }
    }

    /// The handshake of the older era.
    func initialize() async throws {
        let answer = try await transport.exchange(
            request(
                "initialize",
                [
                    "protocolVersion": .string(MCPEra.legacyVersions[0]), "capabilities": [:],
                    "clientInfo": Self.identity,
                ], as: nil))
        guard let version = answer["protocolVersion"]?.string else {
            throw MCPFailure.unreadable("does not say which version of the protocol it speaks")
        }
        guard MCPEra.legacyVersions.contains(version) else {
            throw MCPFailure.unreadable(
                "speaks version '\(version.prefix(40))' of the protocol, which is not known here")
        }
        let era = MCPEra.legacy(version: version)
        try await transport.deliver(
            JSONRPCMessage.notification("notifications/initialized", [:]), era: era)
        opened(as: era, capabilities: answer["capabilities"])
    }
}
