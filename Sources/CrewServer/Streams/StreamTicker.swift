import ServiceLifecycle

/// The one clock of all open streams: makes silent ones ping and gives up on stuck ones.
struct StreamTicker: Service {
    /// Ticks in one keep-alive interval: a ping comes after three quarters of it at the earliest.
    static let ticksPerInterval = 4

    let streams: OpenStreams
    /// Asked at each tick: crews change.
    let keepAlive: @Sendable () -> Duration
    let writeTimeout: Duration
    let clock: any Clock<Duration>

    func run() async throws {
        try? await cancelWhenGracefulShutdown {  // the only error is that the server ends
            while true {
                let period = max(keepAlive(), .milliseconds(40)) / Self.ticksPerInterval
                let patience = max(2, Int((writeTimeout / period).rounded(.up)))
                try await clock.sleep(for: period)
                streams.tick(pingAfter: Self.ticksPerInterval, giveUpAfter: patience)
            }
        }
    }
}
