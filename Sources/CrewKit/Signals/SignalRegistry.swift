/// What a signal means before any crew gives it a target.
struct SignalMeaning: Sendable, Hashable {
    enum Behavior: Sendable, Hashable { case route, terminate, pause }

    let signal: String
    let behavior: Behavior
    let priority: Int
}

/// The signals that every crew knows, as the original's registry lists them.
///
/// Terminating and pausing ones act for every agent unless the crew gives them a route of its own;
/// routing ones lend their priority to routes of that name.
enum SignalRegistry {
    static let builtIn: [SignalMeaning] = [
        SignalMeaning(signal: "[END]", behavior: .terminate, priority: 100),
        SignalMeaning(signal: "[END_EXAM]", behavior: .terminate, priority: 100),
        SignalMeaning(signal: "[DONE]", behavior: .terminate, priority: 100),
        SignalMeaning(signal: "[STOP]", behavior: .terminate, priority: 110),
        SignalMeaning(signal: "[WAIT]", behavior: .pause, priority: 80),
        SignalMeaning(signal: "[NEXT]", behavior: .route, priority: 50),
        SignalMeaning(signal: "[QUESTION]", behavior: .route, priority: 50),
        SignalMeaning(signal: "[ANSWER]", behavior: .route, priority: 50),
        SignalMeaning(signal: "[OK]", behavior: .route, priority: 30),
        SignalMeaning(signal: "[ERROR]", behavior: .route, priority: 90),
        SignalMeaning(signal: "[RETRY]", behavior: .route, priority: 70),
    ]

    /// The priority of a route whose signal is not built in and that names none.
    static let usualPriority = 50

    static func meaning(of signal: String) -> SignalMeaning? {
        let key = SignalSpelling(signal).normalized
        return builtIn.first { SignalSpelling($0.signal).normalized == key }
    }
}
