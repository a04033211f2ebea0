/// Another version of a crew in place of the present one.
extension CrewRunner {
    /// The version with which runs are begun and woken now.
    public var version: CrewVersion { versions.current }

    /// The present version of the crew.
    public var crew: ValidatedCrew { version.crew }

    /// Puts another version in place of the present one.
    ///
    /// Runs under way are worked to their rest with the version that they have; what is begun or
    /// woken from now on gets the new one.
    ///
    /// - Throws: `invalidDefinition` when it is of another crew: runs are told apart by the names of
    ///   their crews.
    public func replace(with version: CrewVersion) throws(CrewError) {
        try checkName(of: version)
        versions.replace(with: version)
    }

    /// Waits until nothing is worked with a version any more, nor will be: what belongs to it can be
    /// closed then.
    ///
    /// The present version is not done with before another one took its place.
    ///
    /// - Throws: `CancellationError`.
    public func drained(_ version: CrewVersion) async throws {
        try await versions.drained(version)
    }

    func checkName(of version: CrewVersion) throws(CrewError) {
        guard version.crew.name == name else {
            throw CrewError(
                .invalidDefinition,
                "a crew cannot change its name, from '\(name)' to '\(version.crew.name)': runs are "
                    + "told apart by it")
        }
    }
}

extension CrewRunner {
    /// Waits until none of its runs is worked, and none waits for its session.
    ///
    /// - Throws: `CancellationError`.
    package func idle() async throws { try await versions.idle() }

    /// Ends the runner of a crew that nobody asks any more.
    ///
    /// - Returns: false when something of it is under way; nothing is changed then.
    func retireIfIdle() -> Bool {
        guard live.closeIfIdle() else { return false }
        directory.remove(self)
        return true
    }
}
