extension DefinitionCheck {
    /// Signals of a prompt that nothing handles, and routes that no prompt speaks of.
    mutating func checkPromptSignals() {
        let ownRoutes = crew.routing.signals.mapValues { Set($0.map { folded($0.signal) }) }
        let acting = Set(
            crew.settings.usesBuiltInSignals
                ? SignalRegistry.builtIn.filter { $0.behavior != .route }.map { folded($0.signal) }
                : [])
        for agent in crew.agents where agent.routing == .signals || agent.routing == .auto {
            let own = ownRoutes[agent.id] ?? []
            for (key, text) in [
                ("system_prompt", agent.systemPrompt), ("backstory", agent.backstory),
            ] {
                var told: Set<String> = []
                for signal in BracketedWords.signals(in: text) {
                    let name = folded(signal)
                    guard !own.contains(name), !acting.contains(name), told.insert(name).inserted
                    else { continue }
                    tellUnhandled(signal, name, of: agent.id, ownRoutes, at: .agent(agent.id, key))
                }
            }
            checkMentions(of: agent)
        }
    }

    private mutating func tellUnhandled(
        _ signal: String, _ name: String, of agent: AgentID, _ routes: [AgentID: Set<String>],
        at path: DefinitionPath
    ) {
        let others = routes.keys.filter { routes[$0]?.contains(name) == true }.sorted()
        if let other = others.first {
            // Prompts may well speak of what colleagues say.
            return add(
                .note, "unhandled_signal", at: path,
                "the prompt of agent '\(agent)' speaks of \(signal), which only agent '\(other)' has "
                    + "a route for", words: signal)
        }
        let own = (crew.routing.signals[agent] ?? []).map(\.signal)
        add(
            .warning, "unhandled_signal", at: path,
            "the prompt of agent '\(agent)' speaks of \(signal), and no route handles it",
            suggestion: NearestWord.of(signal, among: own).map { "did you mean '\($0)'?" }
                ?? "add it under routing.signals.\(agent); what is no signal needs no brackets",
            words: signal)
    }

    /// An author's own prompt is not told of the signals by the engine.
    private mutating func checkMentions(of agent: AgentDefinition) {
        let routes = crew.routing.signals[agent.id] ?? []
        guard !agent.systemPrompt.isEmpty, routes.contains(where: { $0.trigger == nil }) else {
            return
        }
        let prompt = SystemPrompt(crew: crew).text(for: agent)
        let mentioned = Set(BracketedWords.all(in: prompt).map(folded))
        for (index, route) in routes.enumerated() where route.trigger == nil {
            guard SignalSpelling.isWellFormed(route.signal),
                !mentioned.contains(folded(route.signal))
            else { continue }
            add(
                .warning, "unmentioned_signal",
                at: .crew("routing", "signals", agent.id.rawValue)
                    .appending(index).appending("signal"),
                "nothing tells agent '\(agent.id)' to say \(route.signal): its own prompt does not "
                    + "speak of it",
                suggestion: "say in its system_prompt when to end a reply with \(route.signal)")
        }
    }
}

extension DefinitionCheck {
    /// Placeholders of prompts, which stay as they are written when nothing fills them.
    mutating func checkPlaceholders() {
        for agent in crew.agents {
            checkPlaceholders(
                in: agent.systemPrompt, "system_prompt of agent '\(agent.id)'",
                known: SystemPrompt.placeholders, at: .agent(agent.id, "system_prompt"))
            checkPlaceholders(
                in: agent.backstory, "backstory of agent '\(agent.id)'",
                known: SystemPrompt.placeholders, at: .agent(agent.id, "backstory"))
        }
    }

    mutating func checkPlaceholders(
        in text: String, _ what: String, known: [String], mayHaveBlanks: Bool = false,
        at path: DefinitionPath
    ) {
        var told: Set<String> = []
        for place in Placeholders.all(in: text) {
            let isFilled = known.contains(mayHaveBlanks ? place.name : place.inner)
            guard !isFilled, told.insert(place.written).inserted else {
                continue
            }
            let isSpaced = known.contains(place.name)
            add(
                .warning, "unfilled_placeholder", at: path,
                "nothing fills \(place.written) in \(what); it stays as it is written",
                suggestion: isSpaced
                    ? "write {{\(place.name)}} without blanks"
                    : NearestWord.of(place.name, among: known).map { "did you mean {{\($0)}}?" }
                        ?? "known: \(known.map { "{{\($0)}}" }.joined(separator: ", "))",
                words: place.written)
        }
    }
}

/// Finds names in double braces.
enum Placeholders {
    struct Place {
        /// With its braces.
        var written: String
        /// Between the braces.
        var inner: String
        var name: String
    }

    /// All that look like a placeholder of ours; what other template languages have between their braces
    /// is left alone.
    static func all(in text: String) -> [Place] {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return [] }
        return text.matches(of: /{{([ \t]*)([A-Za-z_][A-Za-z0-9_.\-]{0,60})[ \t]*}}/).map { match in
            let written = String(match.0)
            return Place(
                written: written, inner: String(written.dropFirst(2).dropLast(2)),
                name: String(match.2))
        }
    }
}

/// Finds words in brackets.
enum BracketedWords {
    private static let longest = 60

    /// Words in brackets that look like signals: capital letters, and no address behind them.
    static func signals(in text: String) -> [String] {
        all(in: text) { inner, next in
            let letters = inner.count { $0.properties.isAlphabetic }
            let isName = inner.allSatisfy {
                $0.properties.isAlphabetic && !$0.properties.isLowercase
                    || $0.properties.generalCategory == .nonspacingMark || $0.isDigit
                    || "_- ".unicodeScalars.contains($0)
            }
            return letters >= 2 && isName && next != "("
        }
    }

    /// All of them on one line.
    static func all(in text: String) -> [String] { all(in: text) { _, _ in true } }

    private static func all(
        in text: String,
        where fits: (ArraySlice<Unicode.Scalar>, Unicode.Scalar?) -> Bool
    ) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "[")) else { return [] }
        let scalars = Array(text.unicodeScalars)
        var found: [String] = []
        var open: Int?
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            case "[": open = index
            case "\n": open = nil
            case "]":
                guard let start = open, index - start - 1 <= longest, index > start + 1 else {
                    open = nil
                    continue
                }
                open = nil
                let next = index + 1 < scalars.count ? scalars[index + 1] : nil
                guard fits(scalars[(start + 1)..<index], next) else { continue }
                found.append(String(String.UnicodeScalarView(scalars[start...index])))
            default: break
            }
        }
        return found
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
