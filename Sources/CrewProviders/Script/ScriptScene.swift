import CrewKit

/// What a script's rules look at in a model request.
struct ScriptScene: Sendable {
    var agent: AgentID
    /// The last text of the person, not what other agents said or tools returned.
    var userText: String
    /// The newest results, when the newest message holds results; empty otherwise.
    var results: [Result]

    struct Result: Sendable, Hashable {
        var tool: String
        var output: String
    }

    var toolOutput: String { results.map(\.output).joined(separator: "\n") }

    init(_ request: ModelRequest) {
        agent = request.agent
        let users = request.messages.reversed().lazy.compactMap { message -> String? in
            guard case .user(let text) = message, !Self.isContext(text) else { return nil }
            return Self.isResultBlock(text) ? nil : text
        }
        userText = users.first ?? ""
        results = Self.newestResults(of: request.messages)
    }

    /// The kernel labels what it puts into the prompt besides the person's own words.
    private static func isContext(_ text: String) -> Bool {
        text.hasPrefix("[Context from ") || text.hasPrefix("[Context] ")
    }

    private static func newestResults(of messages: [PromptMessage]) -> [Result] {
        var results: [Result] = []
        for message in messages.reversed() {
            switch message {
            case .tool(_, let name, let output):
                results.append(Result(tool: name.rawValue, output: output))
            case .system where results.isEmpty: continue
            case .user(let text) where results.isEmpty && isResultBlock(text):
                return resultBlock(text)
            default: return results.reversed()
            }
        }
        return results.reversed()
    }
}

// MARK: Results given as text

extension ScriptScene {
    private static func isResultBlock(_ text: String) -> Bool {
        text.drop { $0.isWhitespace }.hasPrefix("[📊 TOOL EXECUTION RESULTS]")
    }

    /// Reads the block in which models without native tool calls get their results.
    private static func resultBlock(_ text: String) -> [Result] {
        var results: [Result] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let next = number + 1 < lines.count ? lines[number + 1] : ""
            if line.hasPrefix("[END RESULTS]") { break }
            if !line.hasPrefix(" "), line.hasSuffix(":"), next.hasPrefix("  Status: ") {
                results.append(Result(tool: String(line.dropLast()), output: ""))
            } else if let last = results.indices.last, !line.hasPrefix("  Status: ") {
                let isFirst = line.hasPrefix("  Output: ")
                results[last].output += isFirst ? String(line.dropFirst(10)) : "\n\(line)"
            }
        }
        return results.map { Result(tool: $0.tool, output: $0.output.trimmingBlanks) }
    }
}
