import CrewKit

/// What a pool and its workers say to each other.
enum WorkerFrame: Sendable, Hashable {
    /// To a worker: make this call.
    case call(WorkerCall)
    /// To a worker: nobody waits for that call any more.
    case cancel(call: Int)
    /// To a worker: its artifact is kept, or why not.
    case artifactSaved(request: Int, failure: String?)
    /// To a worker: the artifact that it asked for, `nil` when there is none, or why it cannot be read.
    case artifactRead(request: Int, bytes: [UInt8]?, failure: String?)

    /// From a worker, once: it can be called.
    case ready(WorkerHealth)
    case returned(call: Int, output: String, WorkerHealth)
    case failed(call: Int, ToolFailure, WorkerHealth)
    case progress(call: Int, ToolReports.Progress)
    case saveArtifact(request: Int, name: String, mediaType: String, bytes: [UInt8])
    case readArtifact(request: Int, name: String)
}

/// One call as a worker is told of it.
struct WorkerCall: Sendable, Hashable {
    /// Counts the calls of one worker.
    var number: Int
    var tool: ToolName
    var call: ToolCallID
    var arguments: JSONObject
    var idempotencyKey: String
    var run: RunID
    var agent: AgentID
    /// Absent for a tool that does not look at it.
    var conversation: JSONValue?
    var limits: ResourceLimits
    /// Whether somebody keeps what the tool makes.
    var hasArtifacts: Bool
    /// Whether somebody reads how far it is.
    var hasReports: Bool
}

/// What a worker says of itself with each answer.
struct WorkerHealth: Sendable, Hashable {
    /// Memory that it has in use.
    var residentBytes: Int
    /// Private memory that counts against the limit of a call.
    var dataBytes: Int
    /// Whether something of a call is left in it, such as a child or an open file, so that it has to
    /// be replaced.
    var isSpent: Bool
}

/// Bytes that are not what a worker or its pool says.
struct WorkerGarbage: Error, Hashable {
    let problem: String
}
