extension FallbackCondition {
    /// Whether a failure is of this kind.
    public func matches(_ code: CrewError.Code) -> Bool {
        switch self {
        case .onError: code.isMendedByOthers
        case .onRateLimit:
            [.modelRateLimited, .modelQuotaExhausted, .modelLeftAlone].contains(code)
        case .onContextOverflow: code == .modelContextOverflow
        case .onTimeout: code == .modelTimeout
        }
    }
}

extension Set<FallbackCondition> {
    /// Whether a failure is of one of these kinds; no kind at all means every one.
    func match(_ code: CrewError.Code) -> Bool {
        (isEmpty ? [.onError] : self).contains { $0.matches(code) }
    }
}

extension CrewError.Code {
    /// Whether another model may succeed where one failed like that.
    var isMendedByOthers: Bool {
        switch self {
        case .modelUnreachable, .modelTimeout, .modelRateLimited, .modelOverloaded,
            .modelServerError, .modelStreamCut, .modelRejectedKey, .modelNotFound,
            .modelQuotaExhausted, .modelContextOverflow, .modelAnsweredNonsense,
            .modelUnavailable, .modelLeftAlone:
            true
        // What is wrong with the request, or with us, is wrong at every model.
        default: false
        }
    }
}
