import CrewKit

/// What a plan found, for people and for programs.
struct PlanReport {
    let walk: PlanWalk
    let paths: [PlannedPath]
    let isCut: Bool
    let cost: PlanCost
    let triesBuiltIns: Bool

    private var definition: CrewDefinition { walk.root.definition }

    var text: String {
        var lines = [
            "plan of \(definition.name): \(paths.count) \(paths.count == 1 ? "path" : "paths")"
                + (isCut ? ", and there are more (--max-paths)" : "")
        ]
        for (index, path) in paths.enumerated() {
            lines += ["", "\(index + 1). \(path.line)", "   \(summary(of: path))"]
        }
        return TerminalStyle.harmless((lines + [""] + ending).joined(separator: "\n")) + "\n"
    }

    private func summary(of path: PlannedPath) -> String {
        [
            Self.word(for: path), count(path.rounds, "round"), count(path.handoffs, "handoff"),
            count(path.calls.count, "model call"),
            cost.bound(of: path.calls).text + " without \(uncounted)",
        ].joined(separator: " · ")
    }

    private static func word(for path: PlannedPath) -> String {
        if let crew = path.waitsInside { return "waits for an answer in crew \(crew)" }
        return switch path.outcome {
        case .completed: "completed"
        case .terminated(let signal): "terminated by \(signal)"
        case .paused(let agent): "waits for an answer, with which \(agent) goes on"
        case .limitReached(let limit): "limit_reached: \(limit.rawValue)"
        case .failed(let failure): "failed: \(failure.message)"
        default: path.outcome.name
        }
    }

    private func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }

    private var ending: [String] {
        let kinds = PlannedPath.Kind.allCases.map { kind in
            (kind, paths.count { $0.kind == kind })
        }
        var lines = [
            kinds.filter { $0.1 > 0 || $0.0 == .ends }.map { "\($0.1) \(Self.words[$0.0] ?? "")" }
                .joined(separator: ", ")
        ]
        for (crew, agents) in neverVisited {
            let place = crew == definition.name ? "" : " in crew \(crew)"
            lines.append(
                "never visited\(place)\(isCut ? " on these paths" : ""): "
                    + agents.map(\.rawValue).joined(separator: ", "))
        }
        let worst = worst
        lines.append(
            "a run of \(definition.settings.maxRounds) rounds (max_rounds): \(worst.text)"
                + " without \(hasMore ? "retries, groups and other crews" : "retries")")
        if !worst.unbounded.isEmpty {
            lines.append(
                "no max_tokens, so that nothing bounds their replies: "
                    + worst.unbounded.joined(separator: ", "))
        }
        if !worst.unpriced.isEmpty {
            lines.append(
                "nobody knows what their models cost (crew prices): "
                    + worst.unpriced.joined(separator: ", "))
        }
        return lines + [assumptions]
    }

    private static let words: [PlannedPath.Kind: String] = [
        .ends: "end", .waits: "wait for an answer", .limit: "reach a limit", .fails: "fail",
    ]

    /// What a path may take besides.
    private var uncounted: String { usesTools ? "retries and rounds of tools" : "retries" }

    private var usesTools: Bool {
        walk.crews.values.contains { crew in
            crew.definition.agents.contains { !$0.tools.isEmpty }
        }
    }

    private var isShortened: Bool {
        definition.settings.maxHandoffs > PlannedCrew.mostHandoffs
            || definition.settings.maxRounds > PlannedCrew.mostRounds
    }

    private var assumptions: String {
        "no model and no tool was called; each way in a circle is followed once"
            + (isShortened
                ? "; no path is walked further than \(PlannedCrew.mostHandoffs) handoffs and "
                    + "\(PlannedCrew.mostRounds) rounds, though the crew allows more" : "")
            + (definition.routing.groups.isEmpty ? "" : "; members of groups succeed")
            + (usesTools ? "; each round that calls tools adds a model call" : "")
            + (triesBuiltIns || !definition.settings.usesBuiltInSignals
                ? "" : "; [END], [WAIT] and the like are tried with --built-in-signals")
    }

    private var hasMore: Bool { paths.contains { $0.calls.count > $0.rounds } }

    /// Agents that no path came to, by crew.
    private var neverVisited: [(crew: String, agents: [AgentID])] {
        let seen = Set(paths.flatMap(\.calls))
        let others = walk.crews.keys.filter { $0 != definition.name }.sorted()
        return ([definition.name] + others).compactMap { crew in
            let agents = (walk.crews[crew]?.definition.agents ?? []).map(\.id).filter {
                !seen.contains(.init(crew: crew, agent: $0))
            }
            return agents.isEmpty ? nil : (crew, agents)
        }
    }

    private var worst: PlanCost.Bound {
        let own = Set(paths.flatMap(\.calls)).filter { $0.crew == definition.name }
        return cost.worst(of: own, calls: definition.settings.maxRounds)
    }
}

extension PlanReport {
    var json: JSONValue {
        [
            "crew": .string(definition.name), "input": .string(walk.input),
            "cut": .bool(isCut), "paths": .array(paths.map(json)),
            "never_visited": .object(
                neverVisited.reduce(into: JSONObject()) { all, entry in
                    all[entry.crew] = .array(entry.agents.map { .string($0.rawValue) })
                }),
            "worst": worst.json,
        ]
    }

    private func json(_ path: PlannedPath) -> JSONValue {
        var members: JSONObject = [:]
        members["kind"] = .string(path.kind.rawValue)
        members["outcome"] = .string(path.waitsInside == nil ? path.outcome.name : "paused")
        switch path.outcome {
        case .terminated(let signal): members["signal"] = .string(signal)
        case .limitReached(let limit): members["limit"] = .string(limit.rawValue)
        case .failed(let failure): members["message"] = .string(failure.message)
        default: break
        }
        members["waits_in"] = path.waitsInside.map { .string($0) }
        members["rounds"] = .integer(path.rounds)
        members["handoffs"] = .integer(path.handoffs)
        members["model_calls"] = .integer(path.calls.count)
        members["most"] = cost.bound(of: path.calls).json
        members["steps"] = .array(
            path.steps.indices.map { index in
                var step = Self.json(path.steps[index])
                if let inner = path.inner[index] {
                    step["crew"] = .string(inner.crew)
                    step["steps"] = .array(inner.steps.map { .object(Self.json($0)) })
                }
                return .object(step)
            })
        members["text"] = .string(path.line)
        return .object(members)
    }

    private static func json(_ step: CrewFlow.Edge) -> JSONObject {
        [
            "from": .string("\(step.from)"), "to": .string("\(step.to)"),
            "reason": .string("\(step.reason)"),
        ]
    }
}
