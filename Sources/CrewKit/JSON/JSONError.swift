/// Text that is not JSON, and where it stops being it.
public struct JSONError: Error, Hashable, CustomStringConvertible {
    public let problem: String
    /// Bytes from the start of the text.
    public let offset: Int

    public init(problem: String, offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    public var description: String { "invalid JSON at byte \(offset): \(problem)" }
}
