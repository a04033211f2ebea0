import struct Foundation.Date

/// A piece of work with its beginning and its end, as collectors know it.
struct Span: Sendable, Hashable {
    /// The numbers are those of OTLP.
    enum Kind: Int, Sendable {
        case `internal` = 1
        case server = 2
        case client = 3
    }

    /// Something that happened meanwhile.
    struct Event: Sendable, Hashable {
        var name: String
        var time: Date
        var attributes: SpanAttributes = SpanAttributes()
    }

    /// What kinds of events one span holds at most; what comes after is counted.
    static let mostEvents = 128

    let traceID: String
    let spanID: String
    /// Absent for the first one of a trace.
    let parentID: String?
    /// Whether the parent is another system's.
    var isRemoteParent = false
    let state: String?
    var name: String
    var kind = Kind.internal
    let start: Date
    private(set) var end: Date
    var attributes = SpanAttributes()
    private(set) var events: [Event] = []
    private(set) var droppedEvents = 0
    /// What went wrong, as a code; absent is what the conventions call unset.
    private(set) var error: String?

    init(
        traceID: String, spanID: String, parentID: String?, state: String?, name: String,
        start: Date
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.parentID = parentID
        self.state = state
        self.name = name
        self.start = start
        end = start
    }

    /// No span ends before it begins, whatever becomes of the clock.
    mutating func end(at time: Date) { end = max(start, time) }

    mutating func note(_ event: Event) {
        guard events.count < Self.mostEvents else {
            droppedEvents += 1
            return
        }
        events.append(event)
    }

    /// - Parameter code: says what went wrong; never a message, which may quote what was said.
    mutating func fail(_ code: String) {
        error = code
        attributes[.errorType] = .text(code)
    }
}

/// What is told of a span, by name; of a name set twice the last value counts.
struct SpanAttributes: Sendable, Hashable {
    enum Value: Sendable, Hashable {
        case text(String)
        case integer(Int)
        case number(Double)
        case flag(Bool)
        case texts([String])
    }

    private(set) var members: [(name: SpanAttribute, value: Value)] = []

    subscript(name: SpanAttribute) -> Value? {
        get { members.last { $0.name == name }?.value }
        set {
            members.removeAll { $0.name == name }
            if let newValue { members.append((name, newValue)) }
        }
    }

    /// Sets a text that may be absent.
    mutating func set(_ name: SpanAttribute, _ text: String?) {
        if let text { self[name] = .text(text) }
    }

    mutating func set(_ name: SpanAttribute, _ number: Int?) {
        if let number { self[name] = .integer(number) }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.members.count == right.members.count
            && left.members.allSatisfy { right[$0.name] == $0.value }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(members.count) }
}
