import CrewKit
import NIOHTTP1

extension CrewError {
    /// The error as the endpoint wants it to be taken: `x-should-retry` says whether the same call may
    /// succeed, whatever the status says.
    func heeding(_ headers: HTTPHeaders) -> CrewError {
        let code: Code
        switch headers.first(name: "x-should-retry")?.lowercased() {
        case "true" where !self.code.isWorthRetrying: code = .modelOverloaded
        case "false" where self.code == .modelRateLimited: code = .modelQuotaExhausted
        case "false" where self.code.isWorthRetrying: code = .modelUnavailable
        default: return self
        }
        return CrewError(
            code, "\(message) (the endpoint says: x-should-retry)", cause: cause,
            retryAfter: retryAfter)
    }
}
