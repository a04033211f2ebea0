import Testing

@testable import CrewKit

@Suite("Context window")
struct ContextWindowTests {
    /// A message of that many estimated tokens: four, and one for every four bytes begun.
    private func text(_ name: String, tokens: Int) -> String {
        name.padding(to: (tokens - 4) * 4)
    }

    private func bench(_ window: Int, trim: Double = 0.2) -> PromptBench {
        var bench = PromptBench()
        bench.definition.settings.contextWindow = window
        bench.definition.settings.contextTrimShare = trim
        return bench
    }

    private func note(_ count: Int) -> PromptMessage {
        .system("[\(count) earlier messages trimmed to fit context window]")
    }

    /// `u0 b1 b2 … uN`: a person's text, context of ten tokens each, the newest input.
    private func conversation(_ count: Int) -> [ConversationEntry] {
        let context = (1...count).map { ConversationEntry.note(text("n\($0)", tokens: 10)) }
        return [.user(text("first", tokens: 10))] + context + [.user(text("newest", tokens: 10))]
    }

    @Test("What fits exactly is not trimmed, one token more is")
    func threshold() throws {
        #expect(try bench(100).prompt(conversation(8)).trimmed == nil)
        let trimmed = try bench(99).prompt(conversation(8)).trimmed
        #expect(trimmed?.estimatedTokensBefore == 100)
    }

    @Test("The first message, the newest input and the newest messages stay; a note tells the rest")
    func kept() throws {
        // 80 % of 100 is 80: the first, the input and six more.
        let prompt = try bench(100).prompt(conversation(12))
        let names = prompt.messages.dropFirst().map { $0.text.prefix(while: { $0 != " " }) }
        #expect(
            names == ["first", "[6", "n7", "n8", "n9", "n10", "n11", "n12", "newest"])
        #expect(prompt.messages[2] == note(6))
        #expect(prompt.trimmed?.droppedMessages == 6)
        #expect(prompt.trimmed?.estimatedTokensBefore == 140)
        #expect((prompt.trimmed?.estimatedTokensAfter ?? 0) <= 80 + 20)
    }

    @Test("A trim share of nothing only drops what does not fit")
    func noShare() throws {
        #expect(try bench(130, trim: 0).prompt(conversation(12)).trimmed?.droppedMessages == 1)
    }

    @Test("An input that is far back stays, with one note for everything that is missing")
    func inputFarBack() throws {
        var entries = conversation(3)
        entries += (4...14).map { .note(text("n\($0)", tokens: 10)) }
        let messages = try bench(60, trim: 0).messages(entries)
        let names = messages.map { $0.text.prefix(while: { $0 != " " }) }
        #expect(names == ["first", "[10", "newest", "n11", "n12", "n13", "n14"])
        #expect(messages[1] == note(10))
    }

    @Test("A note of an earlier trimming is not counted by the next")
    func repeated() throws {
        let first = try bench(100).prompt(conversation(12))
        let second = try bench(100).prompt(conversation(13))
        #expect(first.trimmed?.droppedMessages == 6)
        #expect(second.trimmed?.droppedMessages == 7)
        let notes = second.messages.filter { $0.text.contains("trimmed to fit") }
        #expect(notes == [note(7)])
    }

    @Test("Two messages are never trimmed, whatever their size")
    func two() throws {
        let entries: [ConversationEntry] = [
            .user(text("x", tokens: 500)), .note(text("y", tokens: 500)),
        ]
        #expect(try bench(10).prompt(entries).trimmed == nil)
    }

    @Test("One giant message pushes out everything that may go, and stays when it is the newest")
    func giant() throws {
        var entries = conversation(6)
        entries.insert(.note(text("giant", tokens: 10_000)), at: 3)
        let dropped = try bench(100, trim: 0).messages(entries)
        #expect(!dropped.contains { $0.text.hasPrefix("giant") })
        #expect(dropped.last?.text.hasPrefix("newest") == true)
        let newest = conversation(6) + [.note(text("giant", tokens: 10_000))]
        let kept = try bench(100).messages(newest)
        #expect(kept.last?.text.hasPrefix("giant") == true)
        #expect(kept.first?.text.hasPrefix("first") == true)
        #expect(kept.contains { $0.text.hasPrefix("newest") })
    }

    @Test("A call and its results go together")
    func together() throws {
        var entries: [ConversationEntry] = [.user(text("first", tokens: 10))]
        for turn in 1...10 {
            let call = ToolCall(id: ToolCallID("\(turn)"), name: "t")
            entries.append(.said("a", text("see", tokens: 10), calls: call))
            entries.append(.result(call.id, "t", text("out", tokens: 10)))
        }
        for window in 20...230 {
            let messages = try bench(window).messages(entries)
            let calls = messages.flatMap { message -> [ToolCallID] in
                if case .assistant(_, let calls, _) = message { return calls.map(\.id) }
                return []
            }
            let answers = messages.compactMap { message -> ToolCallID? in
                if case .tool(let id, _, _) = message { return id }
                return nil
            }
            #expect(calls == answers, "window \(window)")
            #expect(calls.last == "10", "window \(window)")
        }
    }

    @Test("Tokens are estimated as in the original: four a message, one for four bytes begun")
    func estimate() {
        #expect(TokenEstimate.of(.user("")) == 4)
        #expect(TokenEstimate.of(.user("a")) == 5)
        #expect(TokenEstimate.of(.user("abcd")) == 5)
        #expect(TokenEstimate.of(.user("abcde")) == 6)
        #expect(TokenEstimate.of(.user("ệệ")) == 6)
        let call = ToolCall(id: "1", name: "abcd", arguments: [:])
        #expect(TokenEstimate.of(.assistant(text: "ab", toolCalls: [call])) == 6)
    }
}

extension String {
    fileprivate func padding(to bytes: Int) -> String {
        self + " " + String(repeating: "x", count: bytes - utf8.count - 1)
    }
}
