/// A model that answers a conversation, streaming while it does.
///
/// Implementations are shared by all runs, so they hold no state of a conversation. Cancelling the
/// calling task ends the call promptly and closes its connection; it then throws
/// `CancellationError`. Everything else that is thrown is a `CrewError` with a `model…` code.
public protocol LanguageModel: Sendable {
    /// What answers, for people: provider, model and where, such as `openai gpt-4o-mini`.
    var name: String { get }

    /// Makes one model call and returns the finished reply.
    ///
    /// `progress` is called in order, from the task of the call, with what arrives before that. It
    /// returns at once: nobody who watches can hold up the call.
    func reply(
        to request: ModelRequest, progress: @escaping @Sendable (ModelProgress) -> Void
    ) async throws -> ModelReply
}

/// What arrives before a model's reply is complete.
@nonexhaustive
public enum ModelProgress: Sendable, Hashable {
    /// The next piece of what the model says.
    case text(String)
    /// The next piece of what the model says to itself.
    case reasoning(String)
    /// The call starts over: what was passed on of this reply so far is void.
    case retrying(attempt: Int, after: Duration, reason: CrewError.Code)
    /// Another model takes the call: what was passed on so far is void.
    case fellBack(from: String, to: String, reason: CrewError.Code)
    /// A second call was made because the first one was slow to begin.
    case hedged(after: Duration)
    /// The endpoint's limits made the call wait.
    case waited(Duration, endpoint: String)
    /// The endpoint is left alone, or asked again.
    case breaker(BreakerChange)
    /// A budget is nearly spent, or was.
    case budget(BudgetNotice)
    /// An attempt failed that is thought to have spent this.
    case lost(Usage, cost: Double?)
}

/// A model's finished reply.
public struct ModelReply: Sendable, Hashable {
    public var text: String
    public var reasoning: String
    public var toolCalls: [ToolCall]
    public var finish: FinishReason
    /// What the endpoint reported; absent is unknown, never zero.
    public var usage: Usage?
    /// What answered in fact, where it differs from what was asked.
    public var model: String?
    /// What the wire wants to see again when the conversation goes on.
    public var memo: ModelMemo?
    /// US dollars, where they are known.
    public var cost: Double?

    public init(
        text: String = "", reasoning: String = "", toolCalls: [ToolCall] = [],
        finish: FinishReason = .stop, usage: Usage? = nil, model: String? = nil,
        memo: ModelMemo? = nil
    ) {
        self.text = text
        self.reasoning = reasoning
        self.toolCalls = toolCalls
        self.finish = finish
        self.usage = usage
        self.model = model
        self.memo = memo
    }
}

/// Why a model stopped.
public enum FinishReason: String, Sendable, Hashable, Codable {
    case stop, length
    case toolCalls = "tool_calls"
    case contentFilter = "content_filter"
    /// The model would not answer; the text says why, where it did.
    case refusal
    case other
}
