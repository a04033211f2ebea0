public import CrewKit

/// Something about a worker that people should know and models should not.
public struct ToolWorkerNote: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// It died of a tool; the details are a backtrace where there is one.
        case crashed
        /// It was ended because a tool did not, or took too much.
        case stopped
        /// It could not be started.
        case failedToStart = "failed_to_start"
        /// A tool wrote something; the details are its words, cut to some kilobytes for a call.
        case wrote
    }

    public let kind: Kind
    /// Absent for one that never ran.
    public let process: Int32?
    /// The tool that was at work; absent between calls.
    public let tool: ToolName?
    public let message: String
    /// Several lines, at most 16 KiB; empty when there are none.
    public let details: String
}
