import Testing

@testable import CrewKit

@Suite("What an agent's model is sent")
struct PromptBuilderTests {
    private let bench = PromptBench()
    private let call = ToolCall(id: "1", name: "Ping", arguments: ["host": "x"])
    private let written = ToolCall(id: "1", name: "Ping", arguments: ["host": "x"], origin: .text)

    @Test("The system prompt comes first and the person's text is there once")
    func once() throws {
        let prompt = try bench.prompt([.user("xin chào")])
        #expect(prompt.messages == [.system("sys"), .user("xin chào")])
        #expect(prompt.trimmed == nil)
    }

    @Test("Own turns are the model's, others are labelled with the name of who spoke")
    func labelled() throws {
        let entries: [ConversationEntry] = [
            .user("hi"), .said("a", "I ask"), .said("b", "I answer"), .user("and?"),
        ]
        #expect(
            try bench.messages(entries) == [
                .user("hi"), .assistant(text: "I ask", toolCalls: []),
                .user("[Context from Bình]\nI answer"), .user("and?"),
            ])
        #expect(
            try bench.messages(for: "b", entries) == [
                .user("hi"), .user("[Context from An]\nI ask"),
                .assistant(text: "I answer", toolCalls: []), .user("and?"),
            ])
    }

    @Test("An assistant of a client's history is the reader itself, a note is a system message")
    func clientHistory() throws {
        #expect(
            try bench.messages([.note("be kind"), .said(nil, "before"), .user("now")]) == [
                .system("be kind"), .assistant(text: "before", toolCalls: []), .user("now"),
            ])
    }

    @Test("A prompt never ends with the model's own words")
    func ownTurnLast() throws {
        let messages = try bench.messages([.user("hi"), .said("a", "first thought")])
        #expect(messages.last == .user("[Context] It is your turn again."))
    }

    @Test("Reasoning is never sent")
    func reasoning() throws {
        for agent in ["a", "b"] as [AgentID] {
            let messages = try bench.messages(for: agent, [.user("hi"), .said("a", "ok")])
            #expect(!messages.contains { $0.text.contains("secret") })
        }
    }

    @Test("A reply that said nothing leaves no empty message")
    func silence() throws {
        for agent in ["a", "b"] as [AgentID] {
            #expect(
                try bench.messages(for: agent, [.user("hi"), .said("a", ""), .user("well?")])
                    == [.user("hi"), .user("well?")])
        }
    }

    @Test("Native results answer their calls, in the order of the calls, right after them")
    func nativeResults() throws {
        let second = ToolCall(id: "2", name: "Load")
        let entries: [ConversationEntry] = [
            .user("hi"), .said("a", "let me see", calls: call, second),
            .result("2", "Load", "0.5"), .result("1", "Ping", "no route", .error), .user("so?"),
        ]
        #expect(
            try bench.messages(entries) == [
                .user("hi"), .assistant(text: "let me see", toolCalls: [call, second]),
                .tool(call: "1", name: "Ping", output: "no route"),
                .tool(call: "2", name: "Load", output: "0.5"), .user("so?"),
            ])
    }

    @Test("Another agent's calls and results are part of what it said")
    func othersResults() throws {
        let messages = try bench.messages(
            for: "b", [.said("a", "look", calls: call), .result("1", "Ping", "up")])
        #expect(messages == [.user("[Context from An]\nlook\n(Ping → success: up)")])
    }

    @Test("Results of calls written as text come as the original's block")
    func textResults() throws {
        let second = ToolCall(id: "2", name: "Load", origin: .text)
        let messages = try bench.messages([
            .user("hi"), .said("a", "Ping(x)\nLoad()", calls: written, second),
            .result("1", "Ping", "up"), .result("2", "Load", "no", .timeout),
        ])
        let block = """

            [📊 TOOL EXECUTION RESULTS]

            Ping:
              Status: success
              Output: up

            Load:
              Status: timeout
              Output: no

            [END RESULTS]
            """
        #expect(
            messages == [
                .user("hi"), .assistant(text: "Ping(x)\nLoad()", toolCalls: []), .user(block),
            ])
    }

    @Test("A call whose result never came is answered all the same")
    func unanswered() throws {
        let messages = try bench.messages([
            .user("hi"), .said("a", "", calls: call), .user("are you there?"),
        ])
        #expect(
            messages == [
                .user("hi"), .assistant(text: "", toolCalls: [call]),
                .tool(call: "1", name: "Ping", output: "This call has no result."),
                .user("are you there?"),
            ])
    }

    @Test("A result whose call is gone is context, never an answer to another call")
    func strayResult() throws {
        #expect(
            try bench.messages([.result("9", "Ping", "up"), .user("hi")])
                == [.user("[Context from tool Ping]\nup"), .user("hi")])
        let messages = try bench.messages([
            .user("hi"), .said("a", "", calls: call), .result("9", "Load", "x"),
            .result("1", "Ping", "up"),
        ])
        #expect(
            messages.suffix(2) == [
                .tool(call: "1", name: "Ping", output: "up"),
                .user("[Context from tool Load]\nx"),
            ])
    }

    @Test("The joined results of a group are labelled with it")
    func groupResult() throws {
        #expect(
            try bench.messages([.groupResult(group: "all", text: "sum")])
                == [.user("[Context from group all]\nsum")])
    }

    @Test(
        "In any conversation calls and results stay together, whatever was trimmed",
        arguments: 1...300 as ClosedRange<UInt64>)
    func alwaysValid(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bench = PromptBench()
        bench.definition.settings.contextWindow = Int.random(in: 1...400, using: &random)
        bench.definition.settings.maxToolOutput = 40
        bench.definition.settings.maxTotalToolOutput = 60
        let entries = RandomConversation(seed: seed).entries
        for agent in ["a", "b"] as [AgentID] {
            let messages = try bench.messages(for: agent, entries)
            #expect(Self.problem(of: messages) == nil, "seed \(seed)")
            guard let input = entries.last(where: { if case .user = $0 { true } else { false } }),
                case .user(let text) = input
            else { continue }
            #expect(messages.filter { $0 == .user(text) }.count == 1, "seed \(seed)")
        }
    }

    /// What an endpoint would refuse about a conversation.
    private static func problem(of messages: [PromptMessage]) -> String? {
        var open: [ToolCallID] = []
        for message in messages {
            if case .tool(let id, _, _) = message {
                guard open.first == id else { return "\(id) answers no call" }
                open.removeFirst()
                continue
            }
            guard open.isEmpty else { return "\(open) have no result" }
            if case .assistant(let text, let calls, _) = message {
                if text.isEmpty, calls.isEmpty { return "an empty message" }
                open = calls.map(\.id)
            }
        }
        if case .assistant? = messages.last { return "ends with the model's words" }
        return open.isEmpty ? nil : "\(open) have no result"
    }
}

/// A conversation as a log that was cut anywhere, or a client, may bring it.
private struct RandomConversation {
    private(set) var entries: [ConversationEntry] = []

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1_000)
        for turn in 0..<Int.random(in: 1...14, using: &random) {
            let text = String(repeating: "ệ ", count: Int.random(in: 0...30, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: entries.append(.user("\(turn): \(text)"))
            case 1: entries.append(.note(text))
            case 2: entries.append(.groupResult(group: "g", text: text))
            case 3: entries.append(.result(ToolCallID("stray\(turn)"), "t", text))
            default: addAgent(turn, text, &random)
            }
        }
    }

    private mutating func addAgent(_ turn: Int, _ text: String, _ random: inout SeededGenerator) {
        let agents: [AgentID?] = ["a", "b", "gone", nil]
        let origin: ToolCall.Origin = Bool.random(using: &random) ? .native : .text
        let calls = (0..<Int.random(in: 0...3, using: &random)).map { index in
            ToolCall(id: ToolCallID("\(turn).\(index)"), name: "t", origin: origin)
        }
        let agent = agents[Int.random(in: 0..<agents.count, using: &random)]
        let isSilent = origin == .native && Bool.random(using: &random)
        entries.append(
            .agent(
                AgentMessage(
                    agent: agent, text: isSilent ? "" : "says \(text)", toolCalls: calls)))
        for call in calls.shuffled(using: &random)
        where Int.random(in: 0..<5, using: &random) > 0 {
            entries.append(.result(call.id, call.name, text))
        }
    }
}
