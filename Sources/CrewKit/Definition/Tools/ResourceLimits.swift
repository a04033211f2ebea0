/// What one call of a tool may take of the machine, for tools that run in a process of their own.
public struct ResourceLimits: Sendable, Hashable, Codable {
    /// Bytes of private memory of each of its processes; absent means no bound of ours.
    public var memoryBytes: Int?
    /// Processor time, in whole seconds; absent means no bound besides the call's time limit.
    public var cpuSeconds: Int?
    /// File descriptors open at the same time; absent means what this process may have.
    public var openFiles: Int?

    public init(
        memoryBytes: Int? = 2 << 30, cpuSeconds: Int? = nil, openFiles: Int? = nil
    ) {
        self.memoryBytes = memoryBytes
        self.cpuSeconds = cpuSeconds
        self.openFiles = openFiles
    }
}
