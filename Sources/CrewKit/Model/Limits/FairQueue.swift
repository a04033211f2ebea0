/// Those who wait, in turn: runs one after the other, and each run's calls as they came.
struct FairQueue<Element> {
    private struct Lane {
        var run: RunID?
        var elements: [Element]
    }

    /// One for each run that waits; the first one's first is next.
    private var lanes: [Lane] = []
    private(set) var count = 0

    var isEmpty: Bool { lanes.isEmpty }
    var first: Element? { lanes.first?.elements.first }
    var all: [Element] { lanes.flatMap(\.elements) }

    mutating func append(_ element: Element, of run: RunID?) {
        count += 1
        if let lane = lanes.firstIndex(where: { $0.run == run }) {
            lanes[lane].elements.append(element)
        } else {
            lanes.append(Lane(run: run, elements: [element]))
        }
    }

    /// Takes the next one; its run is last then.
    mutating func removeFirst() -> Element? {
        guard var lane = lanes.first else { return nil }
        lanes.removeFirst()
        let element = lane.elements.removeFirst()
        if !lane.elements.isEmpty { lanes.append(lane) }
        count -= 1
        return element
    }

    /// Takes out those who do not wait any longer.
    mutating func removeAll(where isGone: (Element) -> Bool) {
        for index in lanes.indices { lanes[index].elements.removeAll(where: isGone) }
        lanes.removeAll(where: \.elements.isEmpty)
        count = lanes.reduce(0) { $0 + $1.elements.count }
    }
}
