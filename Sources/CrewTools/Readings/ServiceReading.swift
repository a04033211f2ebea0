/// What a service manager says of a service, compared word for word: "inactive" holds "active".
struct ServiceReading: Sendable, Hashable {
    let state: String
    let startsWithSystem: String?

    private static let states: Set = [
        "active", "reloading", "refreshing", "inactive", "failed", "activating", "deactivating",
        "maintenance",
    ]

    /// From the outputs of `systemctl is-active` and `systemctl is-enabled`.
    ///
    /// - Returns: nothing when systemd does not run here or knows no such service.
    init?(isActive: String, isEnabled: String) {
        let state = Self.word(isActive)
        guard Self.states.contains(state) else { return nil }
        let enabled = Self.word(isEnabled)
        // A service that does not exist is "inactive" too.
        if state == "inactive", enabled.isEmpty || enabled == "not-found" { return nil }
        self.state = state
        startsWithSystem = enabled.isEmpty ? nil : enabled
    }

    func text(for service: String) -> String {
        let running =
            switch state {
            case "active", "reloading", "refreshing": "running (\(state))"
            case "activating": "starting (activating)"
            case "deactivating": "stopping (deactivating)"
            case "failed": "NOT running (failed)"
            default: "NOT running (\(state))"
            }
        return "Service \(service): \(running)"
            + (startsWithSystem.map { "\nStart with the system: \($0)" } ?? "")
    }

    private static func word(_ text: String) -> String {
        text.split { $0.isWhitespace }.first.map { String($0).lowercased() } ?? ""
    }
}
