/// The calls to an endpoint of the last minute, and what they are thought to cost it.
struct CallWindow {
    struct Entry {
        let call: Int
        let start: Duration
        var tokens: Int
    }

    static let length = Duration.seconds(60)

    var calls: Int?
    var tokens: Int?
    /// The earliest first; those that are older than the window go when the next one comes.
    private(set) var entries: [Entry] = []
    private var sum = 0

    init(calls: Int?, tokens: Int?) {
        self.calls = calls
        self.tokens = tokens
    }

    /// When a call of that size fits, which may be over.
    ///
    /// A call that is larger than the whole limit goes alone: it would never fit.
    func start(ofCallWith size: Int) -> Duration {
        var start = Duration.zero
        if let calls, entries.count >= max(1, calls) {
            start = entries[entries.count - max(1, calls)].start + Self.length
        }
        guard let tokens else { return start }
        var left = sum
        for entry in entries where left > 0 && left > tokens - size {
            left -= entry.tokens
            start = max(start, entry.start + Self.length)
        }
        return start
    }

    mutating func add(_ call: Int, tokens size: Int, at now: Duration) {
        guard calls != nil || tokens != nil else { return }
        expire(at: now)
        entries.append(Entry(call: call, start: now, tokens: size))
        sum += size
    }

    /// Puts what a call really took in place of what it was thought to take.
    mutating func correct(_ call: Int, tokens size: Int) {
        guard let index = entries.lastIndex(where: { $0.call == call }) else { return }
        sum += size - entries[index].tokens
        entries[index].tokens = size
    }

    private mutating func expire(at now: Duration) {
        let old = entries.prefix { $0.start + Self.length <= now }
        sum -= old.reduce(0) { $0 + $1.tokens }
        entries.removeFirst(old.count)
    }
}
