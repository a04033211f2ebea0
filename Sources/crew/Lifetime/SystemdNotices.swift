import CrewProcess
import CrewServer
import Foundation
import ServiceLifecycle

/// What systemd wants to know of a service, where it has started this one (`sd_notify(3)`).
struct SystemdNotices: Sendable {
    private let socket: String?
    /// How often it wants to hear that the service is alive; absent when it does not.
    let watchdog: Duration?

    init(environment: [String: String]) {
        socket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isMeant = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        let interval = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap {
            $0 > 0 ? $0 : nil
        }
        watchdog = isMeant && socket != nil ? interval.map { .microseconds($0) } : nil
    }

    func ready() { send("READY=1\nSTATUS=ready") }
    func standingBy() { send("STATUS=waits for the process before it to let go of the runs") }
    func stopping() { send("STOPPING=1\nSTATUS=runs come to a safe point") }
    func alive() { send("WATCHDOG=1") }

    private func send(_ text: String) {
        guard let socket else { return }
        _ = crew_notify(socket, text)
    }
}

/// Tells systemd at half of the time it asks for that the server is alive, as long as it is.
struct Watchdog: Service {
    let notices: SystemdNotices
    let server: CrewHTTPServer

    func run() async throws {
        guard let interval = notices.watchdog else {
            try? await gracefulShutdown()  // also when it is cancelled
            return
        }
        // It goes on while the server drains: that takes its time, and is no fault.
        while (try? await ContinuousClock().sleep(for: interval / 2)) != nil {  // cancelled
            if Task.isShuttingDownGracefully { return }
            if await server.makesProgress() { notices.alive() }
        }
    }
}
