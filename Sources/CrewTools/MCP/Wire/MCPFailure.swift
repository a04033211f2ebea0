/// Why an exchange with a server came to nothing, apart from an error that the server answered.
enum MCPFailure: Error, Sendable {
    /// The server was not reached: the request has done nothing.
    case unreachable(String)
    /// The way to the server broke after the request went out.
    case lost(String)
    /// The server forgot our session: the request has done nothing.
    case sessionExpired
    /// An HTTP status that is no answer, with the beginning of the body.
    case status(Int, String)
    /// The answer breaks the protocol, or is larger than we take.
    case unreadable(String)

    /// A sentence part that follows the server's name.
    var reason: String {
        switch self {
        case .unreachable(let text), .lost(let text), .unreadable(let text): text
        case .sessionExpired: "forgot the session"
        case .status(401, _): "wants other credentials (401); check the headers of its definition"
        case .status(403, _): "refuses access (403); check the headers of its definition"
        case .status(let code, let body):
            "answered with HTTP status \(code)" + (body.isEmpty ? "" : ": \(body)")
        }
    }
}
