import CrewKit

extension CrewReader {
    mutating func routing(_ block: BlockReader) -> RoutingDefinition {
        var routing = RoutingDefinition()
        for (name, blocks) in block.block("signals")?.namedLists ?? [] {
            var routes: [SignalRoute] = []
            for block in blocks { routes.append(route(block)) }
            routing.signals[AgentID(name)] = routes
        }
        for entry in block.block("defaults")?.named ?? [] {
            let target = entry.value.isNull ? "" : entry.value.scalar?.text ?? ""
            routing.defaults[AgentID(entry.key)] = .some(target.isEmpty ? nil : AgentID(target))
        }
        for (name, block) in block.block("agent_behaviors")?.namedBlocks ?? [] {
            routing.behaviors[AgentID(name)] = AgentBehavior(
                waitForSignal: block.flag("wait_for_signal") ?? false,
                autoRoute: block.flag("auto_route"), isTerminal: block.flag("is_terminal"),
                description: block.text("description") ?? "")
        }
        for (name, block) in block.block("parallel_groups")?.namedBlocks ?? [] {
            routing.groups[GroupID(name)] = group(block)
        }
        return routing
    }

    private mutating func route(_ block: BlockReader) -> SignalRoute {
        var route = SignalRoute(
            block.text("signal") ?? "", to: block.text("target"),
            description: block.text("description") ?? "", type: block.word("type") ?? .route)
        route.inputTemplate = block.text("input_template").flatMap { $0.isEmpty ? nil : $0 }
        route.returnTo = block.text("return_to").flatMap { $0.isEmpty ? nil : AgentID($0) }
        route.trigger = block.block("when").flatMap { trigger($0) }
        route.priority = block.integer("priority")
        route.maxOccurs = block.integer("max_occurs")
        tellUseless(of: route, block)
        if route.type == .terminate || route.type == .pause {
            route.target = nil
            route.inputTemplate = nil
        }
        if route.type == .terminate || route.type == .route { route.returnTo = nil }
        return route
    }

    /// Tells about keys that mean nothing with the route's type.
    private mutating func tellUseless(of route: SignalRoute, _ block: BlockReader) {
        var useless: [String] = []
        switch route.type {
        case .route:
            useless = ["return_to"]
            if route.target?.isEmpty != false { useless.append("input_template") }
        case .terminate: useless = ["target", "input_template", "return_to"]
        case .pause: useless = ["target", "input_template"]
        case .external, .subCrew: break
        }
        for key in useless {
            guard let text = block.text(key), !text.isEmpty else { continue }
            let isEnd = route.type == .route && key == "input_template"
            let what = isEnd ? "leads to nobody" : "has type \(route.type.rawValue)"
            let word = key == "target" ? "target '\(text.prefix(80))'" : key
            problems.add(
                .warning, key == "target" ? "unused_target" : "no_effect", at: block.place(of: key),
                "signal '\(route.signal)' \(what); its \(word) is ignored",
                suggestion: "remove the \(key)" + (isEnd ? "" : ", or give another type"))
        }
    }

    private static let triggerKinds = ["keyword", "pattern", "prefix", "any", "all"]

    /// What stands for a signal; nothing when it cannot be told.
    private mutating func trigger(_ block: BlockReader) -> SignalTrigger? {
        guard let kind = only(of: Self.triggerKinds, "'when'", in: block) else { return nil }
        if kind == "any" || kind == "all" {
            var tests: [SignalTrigger] = []
            for inner in block.blocks(kind) {
                if let test = trigger(inner) { tests.append(test) }
            }
            if block.blocks(kind).isEmpty { tellEmpty(kind, "name at least one test", of: block) }
            guard !tests.isEmpty else { return nil }
            return kind == "any" ? .any(tests) : .all(tests)
        }
        guard let text = block.text(kind) else { return nil }
        if text.allSatisfy(\.isWhitespace) {
            tellEmpty(kind, "write what is looked for", of: block)
            return nil
        }
        switch kind {
        case "keyword": return .keyword(text)
        case "prefix": return .prefix(text)
        default: return checkedPattern(kind, of: block).map(SignalTrigger.pattern)
        }
    }

    private mutating func tellEmpty(_ key: String, _ advice: String, of block: BlockReader) {
        problems.add(
            .error, "empty_test", at: block.place(of: key), "\(key) is empty", suggestion: advice)
    }

    /// A regular expression that the engine can search with.
    mutating func checkedPattern(_ name: String, of block: BlockReader) -> String? {
        guard let pattern = block.text(name) else { return nil }
        do {
            _ = try TextPattern(pattern)
            return pattern
        } catch {
            problems.add(
                .error, "invalid_pattern", at: block.place(of: name),
                "\(name) is not a regular expression",
                suggestion: "check its brackets; put a \\ before a bracket that is meant as itself")
            return nil
        }
    }
}
