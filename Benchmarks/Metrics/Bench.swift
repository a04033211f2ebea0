import CrewKit
import Foundation

@inline(never) func observations(_ run: Int) -> [RunObservation] {
    let facts = RunFacts(run: RunID("run-\(run)"), crew: "it-support", tenant: "t\(run % 20)")
    let agent: AgentID = "executor"
    let call = ToolCall(id: "1", name: "GetCPUUsage")
    let events: [RunEvent] = [
        .runStarted(RunStarted(crew: "it-support", input: "hi", agent: agent, history: [])),
        .turnStarted(TurnStarted(agent: agent)),
        .roundStarted(RoundStarted(agent: agent, round: 1, model: "gpt-4o-mini")),
        .replied(
            Replied(
                agent: agent, round: 1, message: AgentMessage(agent: agent, text: "ok"),
                finish: .stop,
                usage: Usage(inputTokens: 100, outputTokens: 20, cachedInputTokens: 5), cost: 0.01,
                model: "gpt-4o-mini")),
        .toolStarted(ToolStarted(agent: agent, call: call, effect: .read, idempotencyKey: "k")),
        .toolReturned(
            ToolReturned(
                agent: agent,
                result: ToolResult(call: "1", name: "GetCPUUsage", status: .success, output: ""))),
        .signalMatched(SignalMatched(agent: agent, signal: "[DONE]", level: .exact)),
        .handedOff(HandedOff(from: agent, to: "clarifier", reason: .signal)),
        .runEnded(RunEnded(outcome: .completed)),
    ]
    var instant = ContinuousClock.now
    var all: [RunObservation] = []
    for (number, event) in events.enumerated() {
        instant = instant.advanced(by: .milliseconds(3))
        all.append(
            RunObservation(run: facts, instant: instant, item: .appended(1, in: .milliseconds(1))))
        all.append(
            RunObservation(
                run: facts, instant: instant,
                item: .event(
                    StoredEvent(
                        sequence: number + 1, time: Date(timeIntervalSince1970: 0), event: event))))
    }
    all.append(RunObservation(run: facts, instant: instant, item: .firstToken(agent, branch: nil)))
    return all
}

/// What this process has had of processors: a busy machine does not spoil it.
func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

/// In milliseconds of a processor.
func measured(_ body: () -> Void) -> Double {
    let before = processorSeconds()
    body()
    return (processorSeconds() - before) * 1_000
}

@main struct Bench {
    static func main() {
        let book = FigureBook()
        var figures = RunFigures()
        let rounds = (0..<20_000).map(observations)
        let count = rounds.reduce(0) { $0 + $1.count }
        let before = processorSeconds()
        for round in rounds { for item in round { book.take(figures.take(item)) } }
        let spent = processorSeconds() - before
        print("observations: \(count), each \(spent / Double(count) * 1_000_000) µs of a processor")
        // 2,000 runs under way, and every family full of series.
        for round in rounds.prefix(2_000) {
            for item in round.dropLast(3) { book.take(figures.take(item)) }
        }
        print("runs under way: \(figures.count)")
        func scrape() -> Int {
            let rows = book.rows
            return MetricsText(
                Figure.allCases.map { MetricRows(family: $0.family, rows: rows[$0.rawValue]) }
            ).text.utf8.count
        }
        var bytes = 0
        var times = (0..<50).map { _ in measured { bytes = scrape() } }.sorted()
        print("scrape: \(bytes) bytes, half \(times[25]) ms, most \(times[49]) ms")
        for crew in 0..<10 {
            for agent in 0..<50 {
                book.add(to: .turns, "crew-\(crew)", "agent-\(agent)", "completed")
                book.add(0.5, to: .turnDuration, "crew-\(crew)", "agent-\(agent)")
                book.add(0.5, to: .modelCallDuration, "crew-\(crew)", "model-\(agent)")
                book.add(0.5, to: .firstToken, "crew-\(crew)", "model-\(agent)")
                book.add(0.5, to: .toolDuration, "crew-\(crew)", "tool-\(agent)")
                book.add(to: .tokens, "crew-\(crew)", "agent-\(agent)", "m", "input")
                book.add(to: .cost, "crew-\(crew)", "agent-\(agent)", "m")
                book.add(to: .toolCalls, "crew-\(crew)", "agent-\(agent)", "t", "success")
            }
        }
        times = (0..<20).map { _ in measured { bytes = scrape() } }.sorted()
        print(
            "scrape of eight full families (4,000 series more): \(bytes) bytes, half \(times[10]) ms, most \(times[19]) ms"
        )
    }
}
