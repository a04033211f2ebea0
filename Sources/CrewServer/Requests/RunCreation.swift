import CrewKit
import Crypto

/// Reads what a client wants to be worked: the body of `POST /v1/runs`.
struct RunCreation {
    private static let names = [
        "input", "session_id", "crew", "agent", "history", "model", "if_busy",
    ]

    var request: RunRequest

    /// - Parameters:
    ///   - key: the request's `Idempotency-Key`.
    ///   - crew: the name of the crew that the request is for.
    ///   - context: who asks, and in which request.
    /// - Throws: `invalidInput`.
    init(
        _ object: JSONObject, key: String?, crew: String, check: InputCheck,
        context: Routes.Context
    ) throws(CrewError) {
        let caller = context.caller
        let members = try StrictMembers(object, names: Self.names)
        _ = try members.text("crew")
        let input = try members.text("input") ?? ""
        try check.query(input, named: "input")
        let history = try HistoryMessage.list(members.value("history"))
        try check.history(history)
        request = RunRequest(
            input, session: try members.id("session_id").map { caller.session(SessionID($0)) },
            history: history.map(\.entry),
            startAgent: try members.text("agent").map { AgentID($0) })
        request.model = try members.text("model")
        request.ifBusy = try members.choice("if_busy") ?? .reject
        request.idempotencyKey = key.map {
            IdempotencyKey(
                text: caller.idempotencyKey($0),
                requestDigest: Self.digest(of: object, for: crew))
        }
        (request.tenant, request.origin) = (caller.tenant, context.origin)
    }

    /// Equal for requests that ask for the same, however they are written.
    private static func digest(of object: JSONObject, for crew: String) -> String {
        var asked: JSONObject = [:]
        for key in object.keys where object[key]?.isNull == false { asked[key] = object[key] }
        // However it was named, or not.
        asked["crew"] = .string(crew)
        let text = JSONValue.object(asked).canonicalText
        return SHA256.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }
}
