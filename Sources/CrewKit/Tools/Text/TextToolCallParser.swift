/// Finds tool calls that an agent wrote as text, such as `PingHost(10.0.0.1)`.
///
/// A call is the first thing on its line, or stands in a block fenced as `tool`; its name is one of
/// the agent's own tools. Prose that mentions a tool, code, quotations and repeated tool output are
/// no calls: what looks like one there would start work that nobody asked for.
package struct TextToolCallParser {
    /// Looking further would cost time on a reply that is broken anyway.
    private static let maximumWarnings = 20

    private let reply: String
    private let tools: [String: ToolDefinition]
    private let id: (ToolName, Int) -> ToolCallID
    private var seen: Set<String> = []
    private var found = TextToolCalls()

    /// The calls in a reply, in order; a repeated one counts once.
    ///
    /// - Parameter id: makes the id of the n-th call, counted from 0.
    package static func calls(
        in reply: String, tools: [ToolDefinition],
        id: (ToolName, Int) -> ToolCallID = { ToolCallID("\($0)_\($1)") }
    ) -> TextToolCalls {
        guard !tools.isEmpty, reply.utf8.contains(UInt8(ascii: "(")) else { return TextToolCalls() }
        return withoutActuallyEscaping(id) { id in
            var parser = TextToolCallParser(reply: reply, tools: tools, id: id)
            for passage in Passage.all(in: reply) { parser.scan(passage) }
            return parser.found
        }
    }

    private init(
        reply: String, tools: [ToolDefinition], id: @escaping (ToolName, Int) -> ToolCallID
    ) {
        self.reply = reply
        self.tools = Dictionary(
            tools.map { ($0.name.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        self.id = id
    }

    private mutating func scan(_ passage: Passage) {
        var scanner = TextToolCallScanner(passage.text)
        while !scanner.isAtEnd, found.warnings.count < Self.maximumWarnings {
            scanner.skipLineMarkers()
            scanCalls(&scanner, passage)
            scanner.skipLine()
        }
    }

    /// Takes the calls from here to the end of the line.
    private mutating func scanCalls(_ scanner: inout TextToolCallScanner, _ passage: Passage) {
        while found.warnings.count < Self.maximumWarnings {
            if passage.isToolFence { scanner.skipToName() }
            guard let name = scanner.callName() else { return }
            guard let tool = tools[name] else {
                warnOfMisspelling(name, at: scanner.position, in: passage)
                guard passage.isToolFence else { return }
                continue
            }
            let start = scanner.position
            guard let text = scanner.arguments(isTool: { tools[$0] != nil }) else {
                return warn("'\(name)(' is never closed", at: start, in: passage)
            }
            do throws(TextToolCallProblem) {
                add(tool, try TextToolCallArguments.read(text, for: tool))
            } catch {
                warn("'\(name)(…)' \(error.text)", at: start, in: passage)
            }
            scanner.skipBetweenCalls()
        }
    }

    private mutating func add(_ tool: ToolDefinition, _ arguments: JSONObject) {
        let arguments = JSONValue.object(arguments)
        guard seen.insert("\(tool.name) \(arguments.canonicalText)").inserted else { return }
        found.calls.append(
            ToolCall(
                id: id(tool.name, found.calls.count), name: tool.name, arguments: arguments,
                origin: .text))
    }

    private mutating func warnOfMisspelling(_ name: String, at position: Int, in passage: Passage) {
        guard let nearest = NearestWord.of(name, among: tools.keys), name.utf8.count > 3 else {
            return
        }
        warn(
            "'\(name)(' names no tool of this agent (perhaps '\(nearest)' was meant)", at: position,
            in: passage)
    }

    private mutating func warn(_ problem: String, at position: Int, in passage: Passage) {
        let before = reply.utf8[..<passage.text.startIndex].count { $0 == 0x0A }
        let inside = passage.text.utf8.prefix(position).count { $0 == 0x0A }
        found.warnings.append("line \(before + inside + 1): \(problem); not taken as a tool call")
    }
}

/// What was found in a reply.
package struct TextToolCalls: Sendable, Hashable {
    package var calls: [ToolCall] = []
    /// What began like a call and could not be read as one.
    package var warnings: [String] = []

    package init() {}
}

/// Spoken lines that follow each other without anything between: a call may span them.
private struct Passage {
    var text: Substring
    let isToolFence: Bool

    static func all(in reply: String) -> [Passage] {
        var passages: [Passage] = []
        for line in SpokenText.lines(of: reply) {
            if let last = passages.last, last.isToolFence == line.isToolFence,
                isLineEnd(reply.utf8[last.text.endIndex..<line.text.startIndex])
            {
                passages[passages.count - 1].text =
                    reply[last.text.startIndex..<line.text.endIndex]
            } else {
                passages.append(Passage(text: line.text, isToolFence: line.isToolFence))
            }
        }
        return passages
    }

    private static func isLineEnd(_ gap: Substring.UTF8View) -> Bool {
        gap.elementsEqual([0x0A]) || gap.elementsEqual([0x0D, 0x0A])
    }
}
