import CrewKit

/// One message of a server, as JSON-RPC 2.0 has them.
enum JSONRPCMessage: Sendable {
    case result(id: Int, JSONValue)
    /// An answer that names no request of ours has no id.
    case error(id: Int?, JSONRPCError)
    case request(id: JSONValue, method: String)
    case notification(method: String, params: JSONObject)

    /// Absent for whatever is no message: servers write banners where only messages should be.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        // A failure means that it is no message, which is the answer.
        guard let value = try? JSONValue(parsing: bytes) else { return nil }  // as above
        self.init(value)
    }

    init?(_ value: JSONValue) {
        guard let members = value.object else { return nil }
        if let method = members["method"]?.string {
            if let id = members["id"], !id.isNull {
                self = .request(id: id, method: method)
            } else {
                self = .notification(
                    method: method, params: members["params"]?.object ?? [:])
            }
        } else if let error = members["error"]?.object {
            self = .error(id: members["id"]?.integer, JSONRPCError(error))
        } else if let id = members["id"]?.integer, let result = members["result"] {
            self = .result(id: id, result)
        } else {
            return nil
        }
    }

    static func notification(_ method: String, _ params: JSONObject) -> JSONValue {
        var message: JSONObject = ["jsonrpc": "2.0", "method": .string(method)]
        if !params.isEmpty { message["params"] = .object(params) }
        return .object(message)
    }

    /// The answer to a request of a server: we are there, and can do nothing else for it.
    static func answer(toRequest id: JSONValue, method: String) -> JSONValue {
        if method == "ping" { return ["jsonrpc": "2.0", "id": id, "result": [:]] }
        return [
            "jsonrpc": "2.0", "id": id,
            "error": ["code": -32601, "message": "This client does not offer that method."],
        ]
    }
}

/// The error with which a server answers a request.
struct JSONRPCError: Error, Sendable {
    var code: Int
    var message: String
    var details: JSONValue?
    /// The HTTP status that it came with.
    var status: Int?

    static let invalidRequest = -32600
    static let methodNotFound = -32601
    static let invalidParameters = -32602
    static let unsupportedVersion = -32022

    init(_ members: JSONObject) {
        code = members["code"]?.integer ?? 0
        message = String((members["message"]?.string ?? "no message").prefix(4_000))
        details = members["data"]
    }

    /// Whether only servers of the newer era answer so; an older one answers other errors.
    var isModern: Bool {
        (-32022 ... -32020).contains(code) || code == Self.invalidParameters
            || (code == Self.methodNotFound && status == 404)
    }

    /// Whether the server refused the request before it did anything.
    var isRefusal: Bool {
        (Self.invalidParameters...Self.invalidRequest).contains(code)
            || (-32022 ... -32020).contains(code)
    }
}
