import CrewKit
import HTTPTypes

import struct Foundation.Date

/// Is told of requests; it must not wait.
protocol RequestWatcher: Sendable {
    /// All of the answer was written, or it broke off.
    func finished(_ request: AnsweredRequest)
}

/// A request with what it is found again by.
struct MarkedRequest: Sendable {
    let origin: RunOrigin
    /// The trace as the client sent it; absent where it begins here.
    let parent: TraceContext?
    let method: HTTPRequest.Method
    /// The pattern of its path, such as `/v1/runs/{run}`; absent where there is nothing.
    let route: String?
    let startedAt: Date
}

/// A request and what became of it.
struct AnsweredRequest: Sendable {
    let request: MarkedRequest
    let status: Int
    let endedAt: Date
    /// Until the last byte of the answer, on a clock that nobody moves.
    let duration: Duration
    /// Whether the answer was cut off, mostly because its reader left.
    let isBroken: Bool
}
