import ServiceLifecycle

/// The one clock of all open streams: makes silent ones ping and gives up on stuck ones.
struct StreamTicker: Service {
    /// Ticks in one keep-alive interval at least: a ping comes after three quarters of it at the
    /// earliest.
    static let ticksPerInterval = 4

    let streams: OpenStreams
    /// Asked at each tick: crews change.
    let keepAlive: @Sendable () -> Duration
    let writeTimeout: @Sendable () -> Duration
    let clock: any Clock<Duration>

    private static let shortest: Duration = .milliseconds(40)

    /// A short patience needs a short tick: a reader is left alone for at least two of them.
    var period: Duration {
        min(
            max(keepAlive(), Self.shortest) / Self.ticksPerInterval,
            max(writeTimeout(), Self.shortest) / 2)
    }

    var ticksBeforePing: Int {
        max(Self.ticksPerInterval, Int((keepAlive() / period).rounded(.up)))
    }

    var ticksBeforeGivingUp: Int { max(2, Int((writeTimeout() / period).rounded(.up))) }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {  // the only error is that the server ends
            while true {
                let (silence, patience) = (ticksBeforePing, ticksBeforeGivingUp)
                try await clock.sleep(for: period)
                streams.tick(pingAfter: silence, giveUpAfter: patience)
            }
        }
    }
}
