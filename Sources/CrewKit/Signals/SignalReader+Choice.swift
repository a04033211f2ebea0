extension SignalReader {
    /// The signal that is followed, and what should be said about the others.
    struct Choice {
        var match: Match?
        var warnings: [RunEvent] = []
    }

    /// Chooses among the signals of a reply.
    ///
    /// - Parameter followed: how often each signal was followed since the run's last input.
    func choose(in reply: String, by agent: AgentID, followed: [String: Int]) -> Choice {
        var choice = Choice()
        func warn(_ code: RunWarning.Code, _ message: String) {
            choice.warnings.append(
                .warned(RunWarning(agent: agent, code: code, message: message)))
        }
        var exhausted: Set<String> = []
        func isUsable(_ match: Match) -> Bool {
            let signal = match.route.signal
            let bound = match.route.maxOccurs ?? Int.max
            if followed[signal, default: 0] < bound { return true }
            if exhausted.insert(signal).inserted {
                warn(
                    .signalExhausted,
                    "\(signal) was followed \(bound) times already; it is ignored")
            }
            return false
        }
        let usable = matches(in: reply).filter(isUsable)
        guard !usable.isEmpty else {
            let pulled = pulled(by: reply).filter(isUsable)
            choice.match = pulled.first
            if let taken = choice.match?.route.signal, pulled.count > 1 {
                let names = pulled.map(\.route.signal).joined(separator: ", ")
                warn(.severalSignals, "the reply fits \(names); \(taken) was taken")
            }
            return choice
        }
        choice.match = preferred(among: usable)
        // Each once: a reply can repeat a signal until the warning is longer than the reply.
        var seen: Set<String> = []
        let names = usable.map(\.route.signal).filter { seen.insert($0).inserted }
        if let taken = choice.match?.route.signal, names.count > 1 {
            warn(
                .severalSignals,
                "the reply holds \(names.joined(separator: ", ")); \(taken) was taken")
        }
        return choice
    }

    private func preferred(among matches: [Match]) -> Match? {
        switch settings.signalChoice {
        case .last: return matches.last
        case .first: return matches.first
        case .priority:
            // The later one of equals, as without priorities.
            return matches.reversed().max { $0.route.priority < $1.route.priority }
        }
    }
}
