extension CrewFlow {
    /// Places that lead to each other, so that a run can come round and round without anybody acting.
    struct Cycle {
        /// In the order of the flow's nodes.
        let places: [Int]
        /// A way with the fewest steps from the first place back to it.
        let way: [Edge]
        /// The steps that lead out of it.
        let exits: [Edge]
    }

    /// The cycles of the places that a run can come to, in the order of their first places.
    func cycles(among reached: Set<Node>) -> [Cycle] {
        let components = StronglyConnected(count: nodes.count) { place in
            guard !nodes[place].isRest, reached.contains(nodes[place]) else { return [] }
            return outgoing[place].filter { edges[$0].reason.passesTurn }
                .compactMap { index(of: edges[$0].to) }
        }.components
        return components.map { $0.sorted() }
            .sorted { ($0.first ?? 0) < ($1.first ?? 0) }
            .compactMap(cycle)
    }

    private func cycle(of places: [Int]) -> Cycle? {
        guard let first = places.first else { return nil }
        let members = Set(places)
        func staysInside(_ edge: Edge) -> Bool {
            guard let from = index(of: edge.from), let to = index(of: edge.to) else { return false }
            return edge.reason.passesTurn && members.contains(from) && members.contains(to)
        }
        guard let way = way(from: nodes[first], to: { $0 == nodes[first] }, where: staysInside)
        else {
            return nil
        }
        let exits = places.flatMap { place in
            outgoing[place].map { edges[$0] }.filter { edge in
                edge.reason.passesTurn && !(index(of: edge.to).map(members.contains) ?? true)
            }
        }
        return Cycle(places: places, way: way, exits: exits)
    }
}

/// The strongly connected components of a graph, by Tarjan's algorithm without recursion: a crew of
/// thousands of agents in a row needs no deep stack.
struct StronglyConnected {
    private(set) var components: [[Int]] = []
    private var order: [Int?]
    private var lowest: [Int]
    private var isOpen: [Bool]
    private var stack: [Int] = []
    private var count = 0

    /// - Parameter successors: of each of `count` vertices; asked once for each.
    init(count: Int, successors: (Int) -> [Int]) {
        order = [Int?](repeating: nil, count: count)
        lowest = [Int](repeating: 0, count: count)
        isOpen = [Bool](repeating: false, count: count)
        for vertex in 0..<count where order[vertex] == nil {
            visit(vertex, successors)
        }
    }

    private struct Frame {
        let vertex: Int
        let successors: [Int]
        var next = 0
    }

    private mutating func visit(_ root: Int, _ successors: (Int) -> [Int]) {
        var frames = [open(root, successors)]
        while var frame = frames.popLast() {
            let vertex = frame.vertex
            if frame.next < frame.successors.count {
                let successor = frame.successors[frame.next]
                frame.next += 1
                frames.append(frame)
                if order[successor] == nil {
                    frames.append(open(successor, successors))
                } else if isOpen[successor] {
                    lowest[vertex] = min(lowest[vertex], order[successor] ?? 0)
                }
                continue
            }
            if lowest[vertex] == order[vertex] { close(vertex) }
            if let parent = frames.last?.vertex {
                lowest[parent] = min(lowest[parent], lowest[vertex])
            }
        }
    }

    private mutating func open(_ vertex: Int, _ successors: (Int) -> [Int]) -> Frame {
        order[vertex] = count
        lowest[vertex] = count
        count += 1
        stack.append(vertex)
        isOpen[vertex] = true
        return Frame(vertex: vertex, successors: successors(vertex))
    }

    private mutating func close(_ root: Int) {
        var component: [Int] = []
        while let vertex = stack.popLast() {
            isOpen[vertex] = false
            component.append(vertex)
            if vertex == root { break }
        }
        components.append(component)
    }
}
