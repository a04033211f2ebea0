extension CrewFlow {
    /// Every place that a run can come to which begins at one of these, themselves included.
    public func reached(from starts: some Sequence<Node>) -> Set<Node> {
        var found: Set<Node> = []
        var open = starts.compactMap(index)
        var isFound = [Bool](repeating: false, count: nodes.count)
        for start in open { isFound[start] = true }
        while let place = open.popLast() {
            found.insert(nodes[place])
            for number in outgoing[place] {
                guard let next = index(of: edges[number].to), !isFound[next] else { continue }
                isFound[next] = true
                open.append(next)
            }
        }
        return found
    }

    /// Every place that a run of the crew can come to.
    public var reached: Set<Node> { reached(from: entry.map { [$0] } ?? []) }

    /// A way with the fewest steps from a place to the nearest of others, along the steps that count.
    public func way(
        from start: Node, to isTarget: (Node) -> Bool, where counts: (Edge) -> Bool = { _ in true }
    ) -> [Edge]? {
        guard let start = index(of: start) else { return nil }
        var steps = [Int?](repeating: nil, count: nodes.count)
        var open = [start]
        var position = 0
        while position < open.count {
            let place = open[position]
            position += 1
            for number in outgoing[place] where counts(edges[number]) {
                guard let next = index(of: edges[number].to) else { continue }
                if isTarget(nodes[next]) { return way(back: number, to: start, steps) }
                guard next != start, steps[next] == nil else { continue }
                steps[next] = number
                open.append(next)
            }
        }
        return nil
    }

    private func way(back last: Int, to start: Int, _ steps: [Int?]) -> [Edge] {
        var way = [edges[last]]
        var place = index(of: edges[last].from)
        while let current = place, current != start, let step = steps[current] {
            way.append(edges[step])
            place = index(of: edges[step].from)
        }
        return way.reversed()
    }

    /// For every agent whose turn it may be the way with the fewest steps to the run's end or to a
    /// pause: the proof that the crew can end.
    ///
    /// Built-in signals count only where nothing else ends. An agent that is missing here can only
    /// be stopped by a limit.
    public var waysToEnd: [AgentID: [Edge]] {
        let configured = stepsToRest { !$0.reason.isBuiltIn }
        let any = stepsToRest { _ in true }
        var ways: [AgentID: [Edge]] = [:]
        for (place, node) in nodes.enumerated() {
            guard case .agent(let id) = node else { continue }
            ways[id] = way(from: place, along: configured) ?? way(from: place, along: any)
        }
        return ways
    }

    /// The next step of the shortest way to a rest, by place.
    private func stepsToRest(where counts: (Edge) -> Bool) -> [Int?] {
        var steps = [Int?](repeating: nil, count: nodes.count)
        var isFound = nodes.map(\.isRest)
        var open = nodes.indices.filter { isFound[$0] }
        var position = 0
        while position < open.count {
            let place = open[position]
            position += 1
            for number in incoming[place] where counts(edges[number]) {
                guard edges[number].reason.passesTurn, let from = index(of: edges[number].from),
                    !isFound[from]
                else { continue }
                isFound[from] = true
                steps[from] = number
                open.append(from)
            }
        }
        return steps
    }

    private func way(from start: Int, along steps: [Int?]) -> [Edge]? {
        var way: [Edge] = []
        var place = start
        while let step = steps[place], let next = index(of: edges[step].to) {
            way.append(edges[step])
            place = next
        }
        return way.isEmpty ? nil : way
    }
}

/// How far a run comes within a bound on its handoffs or its rounds.
extension CrewFlow {
    enum Bound { case handoffs, rounds }

    /// The places that a run can come to within a bound. Both bounds count anew after an answer.
    ///
    /// Built-in signals are no part of it: an agent that may pause at any time would come anywhere.
    func reached(within limit: Int, _ bound: Bound) -> Set<Node> {
        guard let entry, let start = index(of: entry) else { return [] }
        let first = bound == .rounds ? 1 : 0
        guard first <= limit else { return [] }
        var spent = [Int?](repeating: nil, count: nodes.count)
        spent[start] = first
        var open = [start]
        var position = 0
        while position < open.count {
            let place = open[position]
            position += 1
            guard let before = spent[place] else { continue }
            for number in outgoing[place] {
                let edge = edges[number]
                guard !edge.reason.isBuiltIn, let next = index(of: edge.to) else { continue }
                let after = nodes[place].isRest ? first : before + Self.cost(of: edge, bound)
                guard after <= limit, after < spent[next] ?? .max else { continue }
                spent[next] = after
                open.append(next)
            }
        }
        return Set(nodes.indices.filter { spent[$0] != nil }.map { nodes[$0] })
    }

    /// What a step takes of a bound.
    static func cost(of edge: Edge, _ bound: Bound) -> Int {
        switch (bound, edge.from, edge.to) {
        case (.rounds, _, .agent), (.rounds, _, .editor): 1
        case (.rounds, _, _): 0
        case (.handoffs, .subCrew(_, let asked, _), .agent(let next)): asked == next ? 0 : 1
        case (.handoffs, _, .agent): 1
        case (.handoffs, _, .group), (.handoffs, _, .editor): 1
        // For a tool call it is no change of agent.
        case (.handoffs, _, .subCrew(_, _, .some)): 1
        case (.handoffs, _, _): 0
        }
    }
}
