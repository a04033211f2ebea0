import Testing

@testable import CrewKit

@Suite("Choice among the signals of a reply")
struct SignalChoiceTests {
    private func choice(
        _ reply: String, _ order: SignalChoice, followed: [String: Int] = [:],
        _ routes: ResolvedRoute...
    ) -> (signal: String?, warnings: [RunWarning]) {
        var settings = CrewSettings()
        settings.signalChoice = order
        let choice = SignalReader(routes: routes, settings: settings)
            .choose(in: reply, by: "a", followed: followed)
        let warnings = choice.warnings.compactMap { event -> RunWarning? in
            if case .warned(let warning) = event { return warning }
            return nil
        }
        return (choice.match?.route.signal, warnings)
    }

    private func route(
        _ signal: String, priority: Int = 50, maxOccurs: Int? = nil
    ) -> ResolvedRoute {
        ResolvedRoute(signal: signal, target: .end, priority: priority, maxOccurs: maxOccurs)
    }

    @Test("The last, the first or the most important signal is followed, as the crew says")
    func orders() {
        let reply = "[B] then [A] then [C]"
        let routes = (route("[A]", priority: 90), route("[B]"), route("[C]"))
        #expect(choice(reply, .last, routes.0, routes.1, routes.2).signal == "[C]")
        #expect(choice(reply, .first, routes.0, routes.1, routes.2).signal == "[B]")
        #expect(choice(reply, .priority, routes.0, routes.1, routes.2).signal == "[A]")
    }

    @Test("Of signals with the same priority the later one is followed")
    func equalPriorities() {
        #expect(choice("[A] [B]", .priority, route("[A]"), route("[B]")).signal == "[B]")
    }

    @Test("Several different signals are one warning that names each of them once")
    func severalSignals() {
        let told = choice("[A] [B] [A] [B]", .last, route("[A]"), route("[B]"))
        #expect(told.warnings.map(\.code) == [.severalSignals])
        #expect(told.warnings.first?.message == "the reply holds [A], [B]; [B] was taken")
        #expect(told.warnings.first?.agent == "a")
    }

    @Test("The same signal twice, also in two spellings, is no reason to warn")
    func sameTwice() {
        let told = choice("[A_B] and again [a b]", .last, route("[A B]"))
        #expect(told.signal == "[A B]")
        #expect(told.warnings.isEmpty)
    }

    @Test("A signal that was followed often enough makes way for another, and is warned of once")
    func exhausted() {
        let told = choice(
            "[B] [A] [A]", .last, followed: ["[A]": 2], route("[A]", maxOccurs: 2), route("[B]"))
        #expect(told.signal == "[B]")
        #expect(told.warnings.map(\.code) == [.signalExhausted])
    }

    @Test("A signal may be followed up to its bound")
    func belowBound() {
        let told = choice("[A]", .last, followed: ["[A]": 1], route("[A]", maxOccurs: 2))
        #expect(told.signal == "[A]")
        #expect(told.warnings.isEmpty)
    }

    @Test("A reply without signals is no choice and no warning")
    func none() {
        let told = choice("nothing", .last, route("[A]"))
        #expect(told.signal == nil)
        #expect(told.warnings.isEmpty)
    }
}

@Suite("Signals of an agent")
struct AgentSignalTests {
    private func routes(
        _ signals: [SignalRoute] = [], usesBuiltIns: Bool = true
    ) throws -> [ResolvedRoute] {
        var crew = CrewDefinition(
            name: "test", agents: [AgentDefinition(id: "a"), AgentDefinition(id: "b")],
            routing: RoutingDefinition(signals: ["a": signals]))
        crew.settings.usesBuiltInSignals = usesBuiltIns
        return try #require(try crew.validated(tools: []).agent("a")).routes
    }

    @Test("Built-in signals that end or pause act for every agent; routing ones need a target")
    func builtIns() throws {
        let byName = Dictionary(
            uniqueKeysWithValues: try routes().map { ($0.signal, $0.target) })
        #expect(
            byName == [
                "[END]": .end, "[END_EXAM]": .end, "[DONE]": .end, "[STOP]": .end, "[WAIT]": .pause,
            ])
    }

    @Test("A configured route replaces the built-in signal of that name, however it is spelt")
    func overridden() throws {
        let found = try routes([SignalRoute("[end-exam]", to: "b")])
        let named = found.filter { SignalSpelling($0.signal).normalized == "end exam" }
        #expect(named.map(\.target) == [.agent("b")])
        #expect(named.map(\.priority) == [100])
    }

    @Test("Built-in signals can be switched off")
    func switchedOff() throws {
        #expect(try routes(usesBuiltIns: false).isEmpty)
        let own = try routes([SignalRoute("[DONE]")], usesBuiltIns: false)
        #expect(own.map(\.signal) == ["[DONE]"])
    }

    @Test("A route's own priority comes before the built-in one, and 50 is the usual one")
    func priorities() throws {
        var first = SignalRoute("[ERROR]", to: "b")
        let inherited = try routes([first], usesBuiltIns: false)
        #expect(inherited.map(\.priority) == [90])
        first.priority = 7
        let found = try routes([first, SignalRoute("[MINE]", to: "b")], usesBuiltIns: false)
        #expect(found.map(\.priority) == [7, 50])
    }
}

@Suite("Spelling of a signal")
struct SignalSpellingTests {
    @Test(
        "What may be a signal",
        arguments: ["[A]", "[KẾT THÚC]", "[END_EXAM]", "[a b]", "[1]", "[ĐỒNG-Ý]", "[📊]"])
    func wellFormed(signal: String) {
        #expect(SignalSpelling.isWellFormed(signal))
    }

    @Test(
        "What may not be a signal",
        arguments: [
            "", "[", "[]", "[ ]", "[_-]", "A", "[A", "A]", "[[A]]", "[A]]", "[A\nB]", " [A]",
        ])
    func malformed(signal: String) {
        #expect(!SignalSpelling.isWellFormed(signal))
    }
}
