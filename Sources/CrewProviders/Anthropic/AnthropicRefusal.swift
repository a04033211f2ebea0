import CrewKit
import NIOHTTP1

/// An error of the messages API, with the kinds that its own words tell.
struct AnthropicRefusal {
    private let failure: EndpointFailure
    /// Says more than the type, where the endpoint gave one.
    private let detail: String

    init(_ failure: EndpointFailure, detail: String = "") {
        self.failure = failure
        self.detail = detail
    }

    init(body: [UInt8]) {
        let value = try? JSONValue(parsing: String(decoding: body, as: UTF8.self))  // may be a page
        self.init(
            EndpointFailure(body: body),
            detail: value?["error"]?["details"]?["error_code"]?.string ?? "")
    }

    /// - Parameter status: absent when the error came in the middle of a stream.
    func crewError(
        status: Int?, from endpoint: EndpointIdentity, headers: HTTPHeaders = [:]
    ) -> CrewError {
        let retryAfter = RetryAfter.duration(in: headers)
        return failure.crewError(
            status: status, from: endpoint, retryAfter: retryAfter, as: kind, advice: advice)
    }

    /// Nil leaves it to the status and to what all endpoints have in common.
    private var kind: CrewError.Code? {
        if failure.isNonsense { return nil }
        if isAboutMoney { return .modelQuotaExhausted }
        if says("exceed context limit") { return .modelContextOverflow }
        if says("content filtering policy") { return .modelContentFiltered }
        return switch failure.type {
        case "authentication_error", "permission_error": .modelRejectedKey
        case "not_found_error": .modelNotFound
        case "rate_limit_error": .modelRateLimited
        case "overloaded_error": .modelOverloaded
        case "timeout_error": .modelTimeout
        case "request_too_large": .modelRejectedRequest
        default: nil
        }
    }

    /// A limit of spending is no matter of waiting a little, whatever status and type it comes with.
    private var isAboutMoney: Bool {
        failure.type == "billing_error" || detail == "enforced_spend_limit_reached"
            || says("spend limit", "spending limit", "usage limits", "credit balance is too low")
    }

    private func says(_ phrases: String...) -> Bool {
        let message = failure.message.lowercased()
        return phrases.contains { message.contains($0) }
    }

    private var advice: String? {
        if says("temperature", "top_p", "sampling") {
            return ". This model takes no temperature: remove it from the agent"
        }
        if says("thinking", "budget_tokens", "effort") {
            return ". Not every model thinks in the same way: change thinks, thinking_tokens or"
                + " reasoning_effort of the agent's model"
        }
        return nil
    }
}
