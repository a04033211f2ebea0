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
            routing.groups[GroupID(name)] = ParallelGroup(
                agents: block.texts("agents").map { AgentID($0) },
                join: GroupJoin(block.flag("wait_for_all") ?? true ? .all : .first),
                timeout: block.seconds("timeout_seconds"),
                nextAgent: block.text("next_agent").flatMap { $0.isEmpty ? nil : AgentID($0) },
                description: block.text("description") ?? "")
        }
        return routing
    }

    private mutating func route(_ block: BlockReader) -> SignalRoute {
        let behavior = block.text("behavior") ?? "route"
        var route = SignalRoute(
            block.text("signal") ?? "", to: block.text("target"),
            description: block.text("description") ?? "",
            type: RouteType(rawValue: behavior) ?? .route)
        route.priority = block.integer("priority")
        route.maxOccurs = block.integer("max_occurs")
        if behavior != "route", let target = route.target, !target.isEmpty {
            problems.add(
                .warning, "unused_target", at: block.place(of: "target"),
                "signal '\(route.signal)' has behavior \(behavior); its target '\(target)' is "
                    + "ignored",
                suggestion: "remove the target or the behavior")
        }
        if behavior == "terminate" { route.target = nil }
        return route
    }
}
