import CrewKit

/// One request to a server, with what an HTTP transport says about it in headers.
struct MCPRequest: Sendable {
    var id: Int
    var method: String
    var params: JSONObject
    /// Absent while the era is being found out by a handshake.
    var era: MCPEra?
    /// Headers that repeat arguments of a tool, by the wish of its schema.
    var mirroredHeaders: [(name: String, value: String)] = []

    var message: JSONValue {
        [
            "jsonrpc": "2.0", "id": .integer(id), "method": .string(method),
            "params": .object(params),
        ]
    }
}

extension JSONValue {
    /// The value as one line of JSON, without its end.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }
}
