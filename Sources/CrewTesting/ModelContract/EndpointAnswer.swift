public import CrewKit

/// What an endpoint answers, in no vendor's words.
public enum EndpointAnswer: Sendable, Hashable {
    /// A whole reply.
    case reply([Part], finish: FinishReason, usage: Usage? = nil)
    /// The beginning of a reply; what comes instead of the rest is the contract's business.
    case beginning([Part])
    /// The beginning of a reply, then an error in the stream.
    case broken([Part], Trouble)
    /// A status that is an error.
    case trouble(Trouble)

    /// A piece of a reply, sent by itself.
    public enum Part: Sendable, Hashable {
        case text(String)
        case reasoning(String)
        /// What the model says where it will not answer.
        case refusal(String)
        /// The beginning of a tool call; its arguments follow, perhaps between those of others.
        ///
        /// Calls are numbered from 0. A wire that sends calls whole waits for all arguments.
        case call(Int, id: String, name: String)
        /// The next piece of the arguments of that call.
        case arguments(Int, String)
    }

    /// Why an endpoint does not answer.
    public enum Trouble: Sendable, Hashable, CaseIterable {
        /// Status 401.
        case rejectedKey
        /// Status 404.
        case unknownModel
        /// Status 429.
        case rateLimited
        case quotaExhausted
        /// Status 500, or an error of the server in the stream.
        case serverError
        case overloaded
        case contextOverflow
        case rejectedRequest
        case contentFiltered

        var code: CrewError.Code {
            switch self {
            case .rejectedKey: .modelRejectedKey
            case .unknownModel: .modelNotFound
            case .rateLimited: .modelRateLimited
            case .quotaExhausted: .modelQuotaExhausted
            case .serverError: .modelServerError
            case .overloaded: .modelOverloaded
            case .contextOverflow: .modelContextOverflow
            case .rejectedRequest: .modelRejectedRequest
            case .contentFiltered: .modelContentFiltered
            }
        }
    }
}

extension EndpointAnswer {
    /// The whole calls of a reply, for wires that do not send them in pieces.
    public static func calls(of parts: [Part]) -> [SentRequest.Call] {
        var calls: [(id: String, name: String, arguments: String)] = []
        for part in parts {
            switch part {
            case .call(_, let id, let name): calls.append((id, name, ""))
            case .arguments(let number, let piece): calls[number].arguments += piece
            case .text, .reasoning, .refusal: break
            }
        }
        return calls.map { call in
            // Arguments that are no JSON stay text, as everywhere.
            let value = (try? JSONValue(parsing: call.arguments)) ?? .string(call.arguments)
            return SentRequest.Call(
                id: call.id, name: call.name, arguments: call.arguments.isEmpty ? [:] : value)
        }
    }
}
