public import Foundation

/// How a store in a file goes about its work.
public struct SQLiteStoreOptions: Sendable {
    /// What an acknowledged write survives.
    public enum Durability: Sendable, Hashable {
        /// Also a loss of power: each commit waits for the disk.
        case full
        /// The end of the process, however it dies; a loss of power may take the last commits.
        case normal
    }

    public var durability: Durability
    /// How long a write waits for another program that holds the file locked.
    public var busyTimeout: Duration
    public var retention: RetentionPolicy
    /// Tells the time of what is noted about the store itself.
    public var now: @Sendable () -> Date

    var batch = WriteQueue.Limits()
    /// How long a lock is waited for before `health()` tells of it.
    var lockPatience = Duration.seconds(1)
    /// Stands for a full disk in tests.
    var maximumPages: Int?
    /// Pages that are free and stay in the file, because the next writes need some.
    var sparePages = 1_024

    public init(
        durability: Durability = .full, busyTimeout: Duration = .seconds(5),
        retention: RetentionPolicy = .standard,
        now: @escaping @Sendable () -> Date = { Date() }  // default
    ) {
        self.durability = durability
        self.busyTimeout = busyTimeout
        self.retention = retention
        self.now = now
    }
}
