/// A model's wish to use a tool.
public struct ToolCall: Sendable, Hashable, Codable {
    public var id: ToolCallID
    public var name: ToolName
    public var arguments: JSONValue
    public var origin: Origin

    /// How the model asked, which decides how the result is given back.
    public enum Origin: String, Sendable, Hashable, Codable {
        /// Through the tool-calling interface of the wire.
        case native
        /// By a line of text such as `PingHost(10.0.0.1)`.
        case text
        /// By a signal: the engine made the call, and no model reads a result of it.
        case signal
    }

    public init(
        id: ToolCallID, name: ToolName, arguments: JSONValue = [:], origin: Origin = .native
    ) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.origin = origin
    }
}

/// What came of a tool call: exactly one for each call, whatever happened.
public struct ToolResult: Sendable, Hashable, Codable {
    public var call: ToolCallID
    public var name: ToolName
    public var status: Status
    /// What the model reads, and people too.
    public var output: String
    /// Why it did not succeed, for programs; absent for results that are no failure of the tool.
    public var failure: ToolFailure?
    /// The run's artifact that holds the whole output, where `output` is only its beginning.
    public var artifact: String?
    /// How long the whole output is, where `output` is only its beginning.
    public var characters: Int?

    public enum Status: String, Sendable, Hashable, Codable {
        case success, error, timeout, cancelled
        /// A person did not allow the call, or nobody did in time.
        case refused
        /// The process ended while the call was under way.
        case unknown
    }

    public init(
        call: ToolCallID, name: ToolName, status: Status, output: String,
        failure: ToolFailure? = nil, artifact: String? = nil
    ) {
        self.call = call
        self.name = name
        self.status = status
        self.output = output
        self.failure = failure
        self.artifact = artifact
    }
}

extension ToolResult {
    /// What a call gave.
    init(of call: ToolCall, output: String) {
        self.init(call: call.id, name: call.name, status: .success, output: output)
    }

    /// Why a call gave nothing.
    init(of call: ToolCall, failure: ToolFailure) {
        let status: Status =
            switch failure.kind {
            case .timeout: .timeout
            case .cancelled: .cancelled
            default: .error
            }
        let text = StoredOutput.cut(failure.text)
        self.init(
            call: call.id, name: call.name, status: status, output: text, failure: failure)
    }
}
