import CrewKit
import Foundation

/// The original's JSON export: its field names, durations in nanoseconds, two blanks a level.
struct OriginalDocument {
    let figures: OriginalFigures
    let process: ProcessFigures
    let lookups: CacheLookups
    let startedAt: Date
    let updatedAt: Date
    /// The names of agents by their ids.
    let names: [String: String]

    var json: JSONValue {
        let all = figures.all
        return [
            "system_metrics": .object(
                JSONObject([
                    ("StartTime", .string(Timestamp.text(startedAt))),
                    ("LastUpdated", .string(Timestamp.text(updatedAt))),
                    ("TotalRequests", .integer(all.count)),
                    ("SuccessfulRequests", .integer(all.successes)),
                    ("FailedRequests", .integer(all.errors)),
                    ("TotalExecutionTime", Self.nanoseconds(all.total)),
                    ("AverageRequestTime", Self.nanoseconds(all.average)),
                    ("MemoryUsage", .integer(process.residentBytes ?? 0)),
                    ("MaxMemoryUsage", .integer(process.largestResidentBytes ?? 0)),
                    ("CacheHits", .integer(lookups.hits)),
                    ("CacheMisses", .integer(lookups.misses)),
                    ("CacheHitRate", .number(lookups.hitRate)),
                    ("AgentMetrics", agents),
                ]))
        ]
    }

    private var agents: JSONValue {
        let rows = figures.agents.sorted { $0.key < $1.key }.map { id, agent in
            (id, JSONValue.object(row(id, agent)))
        }
        return .object(JSONObject(rows))
    }

    private func row(_ id: String, _ agent: OriginalFigures.Agent) -> JSONObject {
        let tally = agent.tally
        let tools = agent.tools.sorted { $0.key < $1.key }.map { name, tally in
            (name, Self.tool(name, tally))
        }
        return JSONObject(
            [
                ("AgentID", .string(id)), ("AgentName", .string(names[id] ?? id)),
                ("ExecutionCount", .integer(tally.count)),
                ("SuccessCount", .integer(tally.successes)),
                ("ErrorCount", .integer(tally.errors)),
                ("TimeoutCount", .integer(tally.timeouts)),
            ] + Self.times(tally) + [("ToolMetrics", .object(JSONObject(tools)))])
    }

    private static func tool(_ name: String, _ tally: OriginalFigures.Tally) -> JSONValue {
        .object(
            JSONObject(
                [
                    ("ToolName", .string(name)), ("ExecutionCount", .integer(tally.count)),
                    ("SuccessCount", .integer(tally.successes)),
                    ("ErrorCount", .integer(tally.errors)),
                ] + times(tally)))
    }

    private static func times(_ tally: OriginalFigures.Tally) -> [(String, JSONValue)] {
        [
            ("TotalDuration", nanoseconds(tally.total)),
            ("AverageDuration", nanoseconds(tally.average)),
            ("MinDuration", nanoseconds(tally.shortest)),
            ("MaxDuration", nanoseconds(tally.longest)),
        ]
    }

    private static func nanoseconds(_ duration: Duration) -> JSONValue {
        let (seconds, attoseconds) = duration.components
        return .integer(Int(clamping: seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }
}

/// Writes JSON as people read it, each level two blanks further in.
enum IndentedJSON {
    static func text(_ value: JSONValue, depth: Int = 0) -> String {
        let (outer, inner) = (blanks(depth), blanks(depth + 1))
        switch value {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { name, value in
                "\(inner)\(JSONValue.string(name).text): \(text(value, depth: depth + 1))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
        case .array(let elements) where !elements.isEmpty:
            let lines = elements.map { inner + text($0, depth: depth + 1) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
        default: return value.text
        }
    }

    private static func blanks(_ depth: Int) -> String {
        String(repeating: "  ", count: depth)
    }
}
