/// Leaves an endpoint alone that fails again and again, and finds out when it is back.
struct EndpointBreaker {
    enum State: Hashable {
        /// It is asked; so many calls failed in a row. Goes to `open`.
        case closed(failures: Int)
        /// It is left alone until then. Goes to `trying` with the first call after that.
        case open(until: Duration)
        /// That call finds out whether it answers. Goes to `closed` or `open`.
        case trying(call: Int)
    }

    private(set) var state = State.closed(failures: 0)
    /// Failures in a row; 0 means never.
    var threshold: Int
    var pause: Duration

    init(failures: Int, pause: Duration) {
        threshold = failures
        self.pause = pause
    }

    /// When a call may begin; `nil` while the answer of another one is awaited.
    var start: Duration? {
        switch state {
        case .closed: .zero
        case .open(let until): until
        case .trying: nil
        }
    }

    /// A call begins, which may be the one that finds out.
    ///
    /// - Returns: whether the state is another one now, as in the methods below.
    mutating func begin(_ call: Int) -> Bool {
        guard case .open = state else { return false }
        state = .trying(call: call)
        return true
    }

    mutating func end(_ call: Int, _ outcome: EndpointOutcome, at now: Duration) -> Bool {
        switch state {
        case .closed(let failures): endWhileClosed(failures, outcome, at: now)
        case .open: false  // it began before, and says nothing new
        case .trying(let trial): trial == call && endTrial(outcome, at: now)
        }
    }

    private mutating func endWhileClosed(
        _ failures: Int, _ outcome: EndpointOutcome, at now: Duration
    ) -> Bool {
        switch outcome {
        case .answered: state = .closed(failures: 0)
        case .limited, .cancelled: break
        case .failed where threshold > 0 && failures + 1 >= threshold:
            state = .open(until: now + pause)
            return true
        case .failed: state = .closed(failures: failures + 1)
        }
        return false
    }

    private mutating func endTrial(_ outcome: EndpointOutcome, at now: Duration) -> Bool {
        switch outcome {
        case .answered, .limited: state = .closed(failures: 0)
        case .failed: state = .open(until: now + pause)
        case .cancelled: state = .open(until: now)  // the next call finds out
        }
        return true
    }
}

/// What a call tells about its endpoint.
enum EndpointOutcome: Hashable {
    /// It works, though it may have refused the request.
    case answered
    /// It works, and asks for fewer calls: for none at all for that time.
    case limited(Duration?)
    case failed
    /// Nothing is known.
    case cancelled

    init(_ error: any Error) {
        guard let error = error as? CrewError else {
            self = .cancelled
            return
        }
        self =
            switch error.code {
            case .modelRateLimited: .limited(error.retryAfter)
            case .modelUnreachable, .modelTimeout, .modelOverloaded, .modelServerError,
                .modelStreamCut:
                .failed
            case .budgetExceeded, .cassetteMismatch: .cancelled
            default: .answered
            }
    }
}
