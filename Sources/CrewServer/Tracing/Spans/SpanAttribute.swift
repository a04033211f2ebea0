/// The names of what spans tell: the only place that knows the conventions.
///
/// Source: OpenTelemetry semantic conventions 1.41.1 (generative AI: "Development"; HTTP and errors:
/// stable). What begins with `crew.` is this product's own. The table of `docs/tracing.md` follows it.
enum SpanAttribute: String, Sendable, Hashable, CaseIterable {
    /// What the names are of.
    static let schemaURL = "https://opentelemetry.io/schemas/1.41.1"

    // Generative AI.
    case operation = "gen_ai.operation.name"
    case provider = "gen_ai.provider.name"
    case conversation = "gen_ai.conversation.id"
    case workflow = "gen_ai.workflow.name"
    case agentID = "gen_ai.agent.id"
    case agentName = "gen_ai.agent.name"
    case requestModel = "gen_ai.request.model"
    case isStream = "gen_ai.request.stream"
    case responseModel = "gen_ai.response.model"
    case finishReasons = "gen_ai.response.finish_reasons"
    case firstChunk = "gen_ai.response.time_to_first_chunk"
    case inputTokens = "gen_ai.usage.input_tokens"
    case outputTokens = "gen_ai.usage.output_tokens"
    case cacheReadTokens = "gen_ai.usage.cache_read.input_tokens"
    case cacheWriteTokens = "gen_ai.usage.cache_creation.input_tokens"
    case reasoningTokens = "gen_ai.usage.reasoning.output_tokens"
    case toolName = "gen_ai.tool.name"
    case toolCall = "gen_ai.tool.call.id"
    case toolType = "gen_ai.tool.type"
    // Content: only where it was asked for.
    case inputMessages = "gen_ai.input.messages"
    case outputMessages = "gen_ai.output.messages"
    case toolArguments = "gen_ai.tool.call.arguments"
    case toolResult = "gen_ai.tool.call.result"
    // Of every kind of span.
    case errorType = "error.type"
    case serverAddress = "server.address"
    // HTTP.
    case method = "http.request.method"
    case route = "http.route"
    case status = "http.response.status_code"
    // Our own.
    case run = "crew.run.id"
    case parentRun = "crew.parent_run.id"
    case request = "crew.request.id"
    case outcome = "crew.outcome"
    case branch = "crew.branch"
    case round = "crew.round"
    case cost = "crew.cost_usd"
    case lostCalls = "crew.lost_calls"
    case effect = "crew.tool.effect"
    case wait = "crew.wait_seconds"
    // Of events within a span.
    case code = "crew.code"
    case from = "crew.from"
    case to = "crew.to"

    /// Whether it holds what somebody said.
    var isContent: Bool {
        switch self {
        case .inputMessages, .outputMessages, .toolArguments, .toolResult: true
        default: false
        }
    }
}

/// What a span is of, in the conventions' words.
enum SpanOperation: String, Sendable, CaseIterable {
    case workflow = "invoke_workflow"
    case agent = "invoke_agent"
    case chat
    case tool = "execute_tool"

    /// The name of a span: the operation, and whose it is.
    func name(_ subject: String) -> String { "\(rawValue) \(subject)" }
}
