/// Something that happened in one of the runs of a process.
public struct RunObservation: Sendable {
    public let run: RunFacts
    public let instant: ContinuousClock.Instant
    public let item: Item

    @nonexhaustive
    public enum Item: Sendable, Hashable {
        /// It has been stored.
        case event(StoredEvent)
        /// A model began to answer.
        case firstToken(AgentID, branch: BranchID?)
        /// Work began, after a wait for room.
        case admitted(after: Duration)
        /// The store took this long for so many events.
        case appended(Int, in: Duration)
    }

    public init(run: RunFacts, instant: ContinuousClock.Instant, item: Item) {
        self.run = run
        self.instant = instant
        self.item = item
    }
}
