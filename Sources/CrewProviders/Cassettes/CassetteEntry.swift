import CrewKit
import Foundation

/// One recorded call: a line of a cassette.
struct CassetteEntry: Sendable {
    /// What came before the end, and when.
    struct Piece: Sendable, Hashable {
        var milliseconds: Int
        var progress: ModelProgress
    }

    enum End: Sendable {
        case reply(ModelReply)
        case failure(CrewError)
        /// Whoever asked did not wait for the end.
        case cancelled
    }

    var request: CanonicalRequest
    /// The name of the model that answered.
    var answeredBy: String
    var pieces: [Piece]
    var end: End
    var milliseconds: Int

    /// The line, without its end.
    func line(_ redaction: SecretRedaction) throws -> [UInt8] {
        var members: JSONObject = ["request": request.value, "by": .string(answeredBy)]
        let pieces = try pieces.withoutSplitSecrets(redaction).map { piece -> JSONValue in
            var members = try CassetteProgress.members(of: piece.progress)
            members["ms"] = .integer(piece.milliseconds)
            return redaction.redacted(.object(members))
        }
        if !pieces.isEmpty { members["pieces"] = .array(pieces) }
        switch end {
        case .reply(let reply):
            members["reply"] = redaction.redacted(try Self.value(of: reply))
        case .failure(let error):
            var failure: JSONObject = [
                "code": .string(error.code.rawValue),
                "message": .string(redaction.redacted(error.message)),
            ]
            if let wait = error.retryAfter {
                failure["retry_after_ms"] = .integer(wait.inMilliseconds)
            }
            if let notice = error.budgetNotice {
                failure["budget"] = try JSONValue(encoding: notice)
            }
            members["failure"] = .object(failure)
        case .cancelled: members["cancelled"] = true
        }
        members["ms"] = .integer(milliseconds)
        var writer = JSONWriter()
        writer.write(members)
        return writer.bytes
    }

    /// Reads a line; nil when it is not one of a cassette's.
    init?(_ value: JSONValue) throws {
        guard let request = value["request"], request.object != nil else { return nil }
        self.request = CanonicalRequest(value: request)
        answeredBy = value["by"]?.string ?? ""
        milliseconds = value["ms"]?.integer ?? 0
        pieces = try (value["pieces"]?.array ?? []).compactMap { piece in
            try CassetteProgress.progress(in: piece).map {
                Piece(milliseconds: piece["ms"]?.integer ?? 0, progress: $0)
            }
        }
        if let reply = value["reply"] {
            end = .reply(try Self.reply(in: reply))
        } else if let failure = value["failure"], let code = failure["code"]?.string {
            let notice = try failure["budget"]?.decoded(as: BudgetNotice.self)
            end = .failure(
                notice.map { CrewError.refused($0) }
                    ?? CrewError(
                        CrewError.Code(code), failure["message"]?.string ?? "",
                        retryAfter: failure["retry_after_ms"]?.integer.map { .milliseconds($0) }))
        } else if value["cancelled"] == true {
            end = .cancelled
        } else {
            return nil
        }
    }

    init(
        _ request: CanonicalRequest, by answeredBy: String, _ pieces: [Piece], _ end: End,
        milliseconds: Int
    ) {
        self.request = request
        self.answeredBy = answeredBy
        self.pieces = pieces
        self.end = end
        self.milliseconds = milliseconds
    }

    // MARK: Replies

    private static func value(of reply: ModelReply) throws -> JSONValue {
        var members: JSONObject = ["text": .string(reply.text)]
        if !reply.reasoning.isEmpty { members["reasoning"] = .string(reply.reasoning) }
        if !reply.toolCalls.isEmpty { members["calls"] = try JSONValue(encoding: reply.toolCalls) }
        members["finish"] = .string(reply.finish.rawValue)
        if let usage = reply.usage { members["usage"] = try JSONValue(encoding: usage) }
        if let model = reply.model { members["model"] = .string(model) }
        if let memo = reply.memo { members["memo"] = try JSONValue(encoding: memo) }
        if let cost = reply.cost { members["cost"] = .number(cost) }
        return .object(members)
    }

    private static func reply(in value: JSONValue) throws -> ModelReply {
        var reply = ModelReply(
            text: value["text"]?.string ?? "", reasoning: value["reasoning"]?.string ?? "",
            toolCalls: try value["calls"]?.decoded(as: [ToolCall].self) ?? [],
            finish: (value["finish"]?.string).flatMap(FinishReason.init) ?? .other,
            usage: try value["usage"]?.decoded(as: Usage.self), model: value["model"]?.string,
            memo: try value["memo"]?.decoded(as: ModelMemo.self))
        reply.cost = value["cost"]?.double
        return reply
    }
}

extension JSONValue {
    init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        self = try JSONValue(parsing: String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

extension Duration {
    var inMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
