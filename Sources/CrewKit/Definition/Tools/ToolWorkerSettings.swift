/// How many workers run a crew's Swift tools, and how long each is used.
public struct ToolWorkerSettings: Sendable, Hashable {
    /// Workers that are kept ready, however long nothing was called. 0 starts the first with the
    /// first call.
    public var least = 1
    /// Workers at the same time; further calls wait. At least 1.
    public var most = 16
    /// How long a worker above `least` is kept that has nothing to do.
    public var idleTime: Duration = .seconds(60)
    /// Calls after which a worker is replaced. At least 1.
    public var callsPerWorker = 10_000
    /// Resident bytes above which a worker is replaced once its call is done.
    public var residentBytes = 256 << 20
    /// How long a call waits for a worker before it fails.
    public var patience: Duration = .seconds(30)

    public init() {}
}
