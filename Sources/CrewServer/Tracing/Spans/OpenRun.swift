import CrewKit

import struct Foundation.Date

/// A run under way, with the spans of it that have not ended.
struct OpenRun: Sendable {
    /// A model call that has not ended.
    struct OpenCall: Sendable {
        var span: Span
        let began: ContinuousClock.Instant
    }

    /// An agent's turn that has not ended.
    struct OpenTurn: Sendable {
        var span: Span
        var usage: Usage?
    }

    /// A tool call is one of its branch.
    struct ToolPlace: Sendable, Hashable {
        let call: ToolCallID
        let branch: BranchID?
    }

    let facts: RunFacts
    let trace: TraceContext
    /// The run, from when it began or went on to its rest.
    var stretch: Span
    var turns: [BranchID?: OpenTurn] = [:]
    var calls: [BranchID?: OpenCall] = [:]
    var tools: [ToolPlace: Span] = [:]
    /// When something last happened in it.
    var lastSeen: ContinuousClock.Instant

    init(
        _ facts: RunFacts, _ trace: TraceContext, from first: StoredEvent,
        at instant: ContinuousClock.Instant
    ) {
        self.facts = facts
        lastSeen = instant
        self.trace = trace
        stretch = Span(
            traceID: trace.traceID,
            spanID: TraceContext.spanID(of: facts.run, .stretch(from: first.sequence)),
            parentID: trace.spanID, state: trace.state,
            name: SpanOperation.workflow.name(facts.crew), start: first.time)
        stretch.attributes[.operation] = .text(SpanOperation.workflow.rawValue)
        stretch.attributes[.workflow] = .text(facts.crew)
        stretch.attributes[.run] = .text(facts.run.rawValue)
        stretch.attributes.set(.conversation, facts.writtenSession?.rawValue)
        stretch.attributes.set(.request, facts.origin?.requestID)
        stretch.attributes.set(.parentRun, facts.caller?.run.rawValue)
    }

    /// A span of this run that begins with an event.
    func span(
        _ operation: SpanOperation, _ subject: String, _ part: TraceContext.SpanPart,
        within parent: String, from stored: StoredEvent
    ) -> Span {
        var span = Span(
            traceID: trace.traceID, spanID: TraceContext.spanID(of: facts.run, part),
            parentID: parent, state: trace.state, name: operation.name(subject), start: stored.time)
        span.attributes[.operation] = .text(operation.rawValue)
        span.attributes.set(.conversation, facts.writtenSession?.rawValue)
        span.attributes.set(.branch, stored.branch?.rawValue)
        return span
    }

    /// Begins an agent's turn, or goes on with one that was under way when the run came to rest.
    mutating func beginTurn(of agent: AgentID, from stored: StoredEvent) {
        var span = span(
            .agent, agent.rawValue, .turn(stored.sequence), within: stretch.spanID, from: stored)
        span.attributes[.agentID] = .text(agent.rawValue)
        span.attributes[.agentName] = .text(agent.rawValue)
        turns[stored.branch] = OpenTurn(span: span)
    }

    /// What the spans of a branch are parts of.
    func parent(on branch: BranchID?) -> String { turns[branch]?.span.spanID ?? stretch.spanID }

    /// Ends what is open on a branch and returns it, the inner spans first.
    mutating func endTurn(on branch: BranchID?, at time: Date) -> [Span] {
        var ended: [Span] = []
        if var call = calls.removeValue(forKey: branch) {
            call.span.end(at: time)
            ended.append(call.span)
        }
        for (place, span) in tools where place.branch == branch {
            var span = span
            span.end(at: time)
            tools[place] = nil
            ended.append(span)
        }
        if var turn = turns.removeValue(forKey: branch) {
            turn.span.attributes.spent(turn.usage)
            turn.span.end(at: time)
            ended.append(turn.span)
        }
        return ended
    }

    /// Ends all that is open, the run too.
    mutating func end(at time: Date) -> [Span] {
        let branches = Set(turns.keys).union(calls.keys).union(tools.keys.map(\.branch))
        var ended = branches.flatMap { endTurn(on: $0, at: time) }
        stretch.end(at: time)
        ended.append(stretch)
        return ended
    }
}

extension SpanAttributes {
    /// What model calls spent, as far as it is known.
    mutating func spent(_ usage: Usage?) {
        set(.inputTokens, usage?.inputTokens)
        set(.outputTokens, usage?.outputTokens)
        set(.cacheReadTokens, usage?.cachedInputTokens)
        set(.cacheWriteTokens, usage?.cacheWriteTokens)
        set(.reasoningTokens, usage?.reasoningTokens)
    }
}
