import CrewKit

/// A tool of a server. A call of it goes over whatever connection the server has at the time.
struct MCPTool: Tool {
    let definition: ToolDefinition
    private let entry: MCPToolList.Entry
    private let connection: MCPConnection
    private let limit: Duration

    init(_ entry: MCPToolList.Entry, connection: MCPConnection, limit: Duration) {
        definition = entry.definition
        self.entry = entry
        self.connection = connection
        self.limit = limit
    }

    func call(_ call: ToolInvocation) async throws -> String {
        let server = connection.definition.name
        let client = try connection.client()
        do {
            let answer = try await Deadline.within(limit, on: connection.clock) {
                let headers =
                    client.era?.isModern == true ? entry.headers?.headers(for: call.arguments) : nil
                return try await client.call(
                    entry.name, call.arguments, key: call.idempotencyKey,
                    mirroring: headers ?? [], trace: call.traceFields, reports: call.reports)
            }
            guard let answer else {
                client.inbox.post(.doubt)
                throw ToolFailure(
                    .timeout, "The MCP server '\(server)' did not answer within \(limit).")
            }
            return try await read(answer, of: call, server: server)
        } catch let error as JSONRPCError {
            throw failure(error, server: server)
        } catch let failure as MCPFailure {
            client.inbox.post(.doubt)
            throw Self.failure(failure, server: server)
        }
    }

    private func read(
        _ answer: JSONValue, of call: ToolInvocation, server: String
    ) async throws -> String {
        let kind = answer["resultType"]?.string ?? "complete"
        guard kind == "complete" else {
            throw ToolFailure(
                .parse,
                "The MCP server '\(server)' wants something that a crew cannot give (\(kind)).")
        }
        let result = MCPResultText(answer, of: call, server: server, artifacts: call.artifacts)
        let text = try await result.text()
        if result.isError {
            throw ToolFailure(
                .commandFailed, text.isEmpty ? "The tool failed and did not say why." : text)
        }
        return text
    }

    private func failure(_ error: JSONRPCError, server: String) -> ToolFailure {
        let kind: ToolFailure.Kind =
            switch error.code {
            case JSONRPCError.methodNotFound: .notFound
            case JSONRPCError.invalidParameters: .parameter
            default: .commandFailed
            }
        return ToolFailure(
            kind, "The MCP server '\(server)' refused the call: \(error.message) (\(error.code))",
            isWithoutEffect: error.isRefusal)
    }

    static func failure(_ failure: MCPFailure, server: String) -> ToolFailure {
        let text = "The MCP server '\(server)' \(failure.reason)."
        switch failure {
        case .unreachable, .sessionExpired:
            return ToolFailure(.unavailable, text, isWithoutEffect: true)
        case .lost:
            return ToolFailure(
                .crashed, text, hint: "Whether the call was done is not known.",
                action: .findOutFirst)
        case .status(401, _), .status(403, _):
            return ToolFailure(.permission, text, isWithoutEffect: true)
        case .status(429, _): return ToolFailure(.unavailable, text, isWithoutEffect: true)
        // A proxy says that too, of a server that took the request and then fell.
        case .status(503, _): return ToolFailure(.unavailable, text)
        case .status: return ToolFailure(.system, text)
        case .unreadable: return ToolFailure(.parse, text)
        }
    }
}
