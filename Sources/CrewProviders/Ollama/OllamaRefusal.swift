import CrewKit
import NIOHTTP1

/// An error of Ollama, which is one sentence and nothing else.
struct OllamaRefusal {
    private let failure: EndpointFailure

    init(_ failure: EndpointFailure) { self.failure = failure }
    init(body: [UInt8]) { failure = EndpointFailure(body: body) }

    /// - Parameter status: absent when the error came in the middle of a stream.
    func crewError(
        status: Int?, from endpoint: EndpointIdentity, headers: HTTPHeaders = [:]
    ) -> CrewError {
        let error = failure.crewError(
            status: status, from: endpoint, retryAfter: RetryAfter.duration(in: headers), as: kind,
            advice: advice)
        guard error.code == .modelNotFound, says("not found") else { return error }
        return CrewError(
            error.code, error.message + ". Fetch it with: ollama pull \(endpoint.model)",
            retryAfter: error.retryAfter)
    }

    private var kind: CrewError.Code? {
        if failure.isNonsense { return nil }
        if says("does not support") { return .modelRejectedRequest }
        if says("server busy", "maximum pending requests") { return .modelOverloaded }
        if says("not found"), says("model") { return .modelNotFound }
        if says("exceeds the context", "context length") { return .modelContextOverflow }
        return nil
    }

    private func says(_ phrases: String...) -> Bool {
        let message = failure.message.lowercased()
        return phrases.contains { message.contains($0) }
    }

    private var advice: String? {
        if says("does not support thinking") { return ". Remove thinks and reasoning_effort" }
        if says("does not support tools") {
            return ". Write tool_calls: text for the agent, or choose a model that takes tools"
        }
        return nil
    }
}
