extension CrewRunners {
    /// Tells how many runs are still under way, whenever a look finds fewer, until there are none.
    public func tellRunsUnderWay(
        every interval: Duration, clock: any Clock<Duration> = ContinuousClock(),
        _ tell: (Int) -> Void
    ) async throws {
        var told = activeRuns
        while told > 0 {
            try await clock.sleep(for: interval)
            let count = activeRuns
            if count < told { tell(count) }
            told = count
        }
    }
}
