import CrewKit

/// What our messages say about an endpoint, and what they must not repeat of it.
struct EndpointIdentity: Sendable {
    /// Host and, where it is written, port.
    var host: String
    var model: String
    var key: Secret?
    /// The environment variable that usually holds the key.
    var keyVariable = "OPENAI_API_KEY"
    /// What the endpoint should answer with.
    var answer = "a chat completion"

    /// `text` without the key and without anything else that looks like one.
    func redacted(_ text: String) -> String {
        var text = text
        if let key, key.revealed.count >= 4 {
            text = text.replacing(key.revealed, with: "<key>")
        }
        guard text.contains("sk-") else { return text }
        return text.split(separator: " ", omittingEmptySubsequences: false)
            .map { $0.contains("sk-") ? "<key>" : $0 }.joined(separator: " ")
    }
}

extension EndpointFailure {
    /// The typed error for a failure; `status` is absent when it came in the middle of a stream.
    ///
    /// - Parameters:
    ///   - known: the kind, where the caller knows it better than common words and statuses tell.
    ///   - refused: what can be done about a refused request.
    func crewError(
        status: Int?, from endpoint: EndpointIdentity, retryAfter: Duration? = nil,
        as known: CrewError.Code? = nil, advice refused: String? = nil
    ) -> CrewError {
        let status = status ?? Int(code)
        let kind = known ?? kind(status: status)
        let said = endpoint.redacted(message)
        let number = status.map { " (\($0))" } ?? ""
        let quote = said.isEmpty ? "" : ": \(said)"
        let own = kind == .modelRejectedRequest ? refused : nil
        let advice = own ?? advice(kind, endpoint)
        return CrewError(
            kind, "\(endpoint.host) \(Self.verb(kind, endpoint))\(number)\(quote)\(advice)",
            retryAfter: retryAfter ?? self.retryAfter)
    }

    private func kind(status: Int?) -> CrewError.Code {
        if isNonsense { return .modelAnsweredNonsense }
        return kindByWords ?? kindByStatus(status)
    }

    /// Codes and phrases that say more than the status does.
    private var kindByWords: CrewError.Code? {
        let words = "\(code) \(type)".lowercased()
        let folded = message.lowercased()
        func says(_ needles: String...) -> Bool {
            needles.contains { words.contains($0) || folded.contains($0) }
        }
        if says("insufficient_quota", "credit_balance_exhausted", "billing_hard_limit") {
            return .modelQuotaExhausted
        }
        if says(
            "context_length", "exceed_context_size", "maximum context length",
            "exceeds the available context size", "prompt is too long")
        {
            return .modelContextOverflow
        }
        if words.contains("content_filter") || words.contains("content_policy") {
            return .modelContentFiltered
        }
        if words.contains("invalid_api_key") || words.contains("api_key_invalid") {
            return .modelRejectedKey
        }
        if words.contains("model_not_found") { return .modelNotFound }
        if words.contains("rate_limit") { return .modelRateLimited }
        if words.contains("overloaded") || folded.contains("loading model") {
            return .modelOverloaded
        }
        return nil
    }

    private func kindByStatus(_ status: Int?) -> CrewError.Code {
        switch status {
        case 401, 403: .modelRejectedKey
        case 402: .modelQuotaExhausted
        case 404: .modelNotFound
        case 408: .modelTimeout
        case 409, 503, 529: .modelOverloaded
        case 429: .modelRateLimited
        case let status? where (300..<500).contains(status): .modelRejectedRequest
        case nil where type.hasPrefix("invalid_request"): .modelRejectedRequest
        default: .modelServerError
        }
    }

    private static func verb(_ kind: CrewError.Code, _ endpoint: EndpointIdentity) -> String {
        switch kind {
        case .modelRejectedKey: "refused the API key"
        case .modelQuotaExhausted: "says that the quota is used up"
        case .modelNotFound: "does not know the model or the address"
        case .modelTimeout: "gave up waiting"
        case .modelOverloaded: "is not ready to answer"
        case .modelRateLimited: "asks for fewer calls"
        case .modelRejectedRequest: "refused the request"
        case .modelContextOverflow: "says that the prompt is too long for the model"
        case .modelContentFiltered: "withheld the answer by its content filter"
        case .modelAnsweredNonsense: "answered with something that is not \(endpoint.answer)"
        default: "failed"
        }
    }

    private func advice(_ kind: CrewError.Code, _ endpoint: EndpointIdentity) -> String {
        switch kind {
        case .modelRejectedKey:
            return ". Check the key: \(endpoint.keyVariable), or api_key of the agent's model"
        case .modelQuotaExhausted:
            return ". Check the plan and the billing of the account"
        case .modelNotFound where Self.wantsResponses(message):
            return ". Write wire: responses in the agent's model"
        case .modelNotFound:
            return ". Check the model '\(endpoint.model)' and the base URL"
        case .modelContextOverflow:
            return ". Lower max_context_window, or take a model with a larger window"
        case .modelRejectedRequest where message.contains("reasoning_effort"):
            return
                ". Write wire: responses in the agent's model: on the chat wire it takes no tools"
                + " unless reasoning is off. Else remove the agent's tools"
        case .modelRejectedRequest where Self.wantsResponses(message):
            return ". Write wire: responses in the agent's model"
        case .modelRejectedRequest where message.contains("tool-call-parser"):
            return ". Start the server with --enable-auto-tool-choice and --tool-call-parser"
        case .modelAnsweredNonsense:
            return ". Check the base URL, and the wire if one is written"
        default:
            return ""
        }
    }

    /// Whether the model is offered on OpenAI's other wire only.
    private static func wantsResponses(_ message: String) -> Bool {
        message.contains("v1/responses")
    }
}
